/** Where the HTTP server of a pod's metrics says that the pod serves, for kubelets that do not ask over gRPC. */
export const HEALTH_PATH = "/healthz";
