/** What is done around every test file (vitest's setupFiles), also where files share a process and the modules in it. */
import { afterAll } from 'vitest';
import { removeTemporaryFolders } from './temporary-folders.ts';

afterAll(removeTemporaryFolders);
