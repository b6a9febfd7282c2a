import ArgumentParser

/// `supervise restart INSTANCE`.
struct Restart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Restarts an instance: a new worker, with the file as it is now.",
        discussion: """
            Listening sockets stay open: a client that connects meanwhile is served. A file with errors is refused, and the \
            old worker goes on.
            """)

    @OptionGroup var order: OrderArguments

    func run() async throws {
        try await order.carryOut(.restart, done: "restarted")
    }
}
