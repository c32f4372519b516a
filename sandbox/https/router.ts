import createRouter, { type HTTPMethod } from "find-my-way";
import type { Method, Operation, Service } from "./operation.ts";

/** The operation that a request asks for, and the parts of its path. */
export interface Found {
  service: Service;
  operation: Operation;
  params: Record<string, string>;
}

export interface OperationRouter {
  find(method: string, path: string): Found | undefined;
}

/** Finds operations by method and path. Paths are compared without regard to case, as Azure does. */
export function createOperationRouter(services: readonly Service[]): OperationRouter {
  const router = createRouter({ ignoreTrailingSlash: true, caseSensitive: false, maxParamLength: 2000 });
  for (const service of services) {
    for (const operation of service.operations) {
      router.on(operation.method, operation.path, noHandler, { service, operation });
    }
  }
  return {
    find: (method, path) => {
      if (!isMethod(method)) return undefined;
      const found = router.find(method as HTTPMethod, withoutKeyPredicates(path));
      if (found === null) return undefined;
      const { service, operation } = found.store as Omit<Found, "params">;
      const params = Object.entries(found.params).map(([name, value]) => [name, value ?? ""]);
      return { service, operation, params: Object.fromEntries(params) };
    },
  };
}

/** OData's `applications(appId='…')` is written `applications/appId=…` in the operations' paths. */
function withoutKeyPredicates(path: string): string {
  return path.replace(/\/(\w+)\((\w+=)?(?:'|%27)([^')%]*)(?:'|%27)\)/g, (_, collection, key, value) =>
    key === undefined ? `/${collection}/${value}` : `/${collection}/${key}${value}`,
  );
}

const METHODS: readonly Method[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

function isMethod(method: string): method is Method {
  return (METHODS as readonly string[]).includes(method);
}

/** The router is asked for what it found; it never calls anything itself. */
function noHandler(): void {}
