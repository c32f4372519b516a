// `@pulumi/pulumi` ships these service stubs without types.
declare module "@pulumi/pulumi/proto/provider_grpc_pb.js" {
  import type { Client, ServiceDefinition } from "@grpc/grpc-js";

  const services: { ResourceProviderService: ServiceDefinition; ResourceProviderClient: typeof Client };
  export default services;
}
