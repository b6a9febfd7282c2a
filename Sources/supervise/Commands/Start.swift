import ArgumentParser

/// `supervise start INSTANCE`.
struct Start: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Starts an instance that is stopped.")

    @OptionGroup var order: OrderArguments

    func run() async throws {
        try await order.carryOut(.start, done: "started")
    }
}
