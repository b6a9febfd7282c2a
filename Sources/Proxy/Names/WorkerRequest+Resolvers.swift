import Model

extension WorkerRequest where Answer == [ResolversSnapshot] {
    /// The `resolvers` sections that servers use, in the file's order.
    public static var resolvers: Self {
        Self { loop in
            loop.nameServices.map { service in
                ResolversSnapshot(
                    name: service.configuration.name, servers: service.servers.map { ($0.name, $0.counters) })
            }
        }
    }
}
