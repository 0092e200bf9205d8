import type { UdfMutation } from "./udf-mutations.js";
export const partitionMutations: readonly UdfMutation[] = [];
