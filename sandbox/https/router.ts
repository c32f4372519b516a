import createRouter, { type HTTPMethod } from "find-my-way";
import type { Method, Operation } from "./operation.ts";

/** The operation that a request asks for, and the parts of its path. */
export interface Found {
  operation: Operation;
  params: Record<string, string>;
}

export interface OperationRouter {
  find(method: string, path: string): Found | undefined;
}

/**
 * Finds a service's operations by method and path. Paths are compared without regard to case, as Azure does.
 */
export function createOperationRouter(operations: readonly Operation[]): OperationRouter {
  const router = createRouter({ ignoreTrailingSlash: true, caseSensitive: false, maxParamLength: 2000 });
  for (const operation of operations) router.on(operation.method, operation.path, noHandler, operation);
  return {
    find: (method, path) => {
      if (!isMethod(method)) return undefined;
      const found = router.find(method as HTTPMethod, withoutKeyPredicates(path));
      if (found === null) return undefined;
      const params = Object.entries(found.params).map(([name, value]) => [name, value ?? ""]);
      return { operation: found.store as Operation, params: Object.fromEntries(params) };
    },
  };
}

/** OData's `applications(appId='…')` is written `applications/appId=…` in the operations' paths. */
function withoutKeyPredicates(path: string): string {
  return path.replace(/\/(\w+)\((\w+=)?(?:'|%27)([^')%]*)(?:'|%27)\)/g, (_, collection, key, value) =>
    key === undefined ? `/${collection}/${value}` : `/${collection}/${key}${value}`,
  );
}

const METHODS: readonly Method[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

function isMethod(method: string): method is Method {
  return (METHODS as readonly string[]).includes(method);
}

/** The router is asked for what it found; it never calls anything itself. */
function noHandler(): void {}
