import ArgumentParser

/// `supervise stop INSTANCE`.
struct Stop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stops an instance: ends its sessions and closes its sockets.",
        discussion: "The other instances go on. 'supervise start' brings it back.")

    @OptionGroup var order: OrderArguments

    func run() async throws {
        try await order.carryOut(.stop, done: "stopped")
    }
}
