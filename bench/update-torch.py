"""The update of bench/update.ts in PyTorch, for comparison: prints one JSON object, {"matmul_gflops", "cases": {...}}."""
import json
import math
import sys
import time

import torch

BATCH, OBSERVATIONS, ACTIONS = 2048, 243, 39
repeats, threads = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(0)


def stack(units, layers, layer_norm, outputs):
    modules, inputs = [], OBSERVATIONS
    for _ in range(layers):
        modules += [torch.nn.Linear(inputs, units), torch.nn.LayerNorm(units) if layer_norm else torch.nn.SiLU()]
        inputs = units
    return torch.nn.Sequential(*modules, torch.nn.Linear(inputs, outputs))


def median_ms(work):
    times = []
    for _ in range(repeats + 4):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    return sorted(times[4:])[repeats // 2]


def update(units, layers, layer_norm, fused):
    actor, critic = (stack(units, layers, layer_norm, outputs) for outputs in (ACTIONS, 1))
    log_sigma = torch.nn.Parameter(torch.zeros(1, ACTIONS))
    parameters = [*actor.parameters(), *critic.parameters(), log_sigma]
    optimiser = torch.optim.Adam(parameters, lr=3e-4, fused=fused)
    observations, actions = torch.randn(BATCH, OBSERVATIONS), torch.randn(BATCH, ACTIONS)
    old = torch.randn(BATCH, ACTIONS) * 0.3 - 1.4
    advantages, returns = torch.randn(BATCH, 1), torch.randn(BATCH, 1)

    def step():
        sigma = log_sigma.exp()
        distance = (actions - actor(observations)) ** 2 / (2 * sigma * sigma + 1e-7)
        ratio = (-distance - torch.log(sigma + 1e-7) - 0.5 * math.log(2 * math.pi) - old).exp()
        policy = -torch.min(ratio * advantages, ratio.clamp(0.8, 1.2) * advantages).mean()
        value = ((returns - critic(observations)) ** 2).mean()
        entropy = (0.5 * torch.log(2 * math.pi * math.e * sigma * sigma + 1e-7)).mean()
        optimiser.zero_grad()
        (policy + 0.5 * value - 5e-3 * entropy).backward()
        optimiser.step()

    return step


def median_of_fused(*network):
    """None where this PyTorch has its fused Adam for GPUs alone, as 1.13 has."""
    try:
        return median_ms(update(*network, True))
    except RuntimeError:
        return None


left, right = torch.randn(BATCH, 512), torch.randn(512, 512)
result = {"version": torch.__version__, "matmul_gflops": 2 * BATCH * 512 * 512 / 1e6 / median_ms(lambda: left @ right), "cases": {}}
for name, units, layers, layer_norm in (("2x512-ln", 512, 2, True), ("3x256", 256, 3, False), ("3x512", 512, 3, False)):
    result["cases"][name] = {
        "torch_ms": median_ms(update(units, layers, layer_norm, False)),
        "torch_fused_ms": median_of_fused(units, layers, layer_norm),
    }
print(json.dumps(result))
