/// What a stand-in says of itself in `connection.start`.
enum ServerProperties {
    /// The table for a stand-in of this name.
    ///
    /// Says plainly that this is no RabbitMQ, and claims only the capabilities that are there.
    static func table(name: String) -> FieldTable {
        [
            "product": .string("supervise stand-in"),
            "cluster_name": .string("stand-in \(name)"),
            "platform": .string("supervise"),
            "information": .string(
                "An embedded stand-in for a broker, for trying things out. Messages are kept in memory alone."),
            "capabilities": .table([
                "authentication_failure_close": .bool(true),
                "basic.nack": .bool(true),
                "consumer_cancel_notify": .bool(true),
                "per_consumer_qos": .bool(true),
                "publisher_confirms": .bool(true),
            ]),
        ]
    }
}
