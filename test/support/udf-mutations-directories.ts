import type { UdfMutation } from "./udf-mutations.js";
export const directoryMutations: readonly UdfMutation[] = [];
