import ArgumentParser

/// `supervise reload INSTANCE`.
struct Reload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reads an instance's file anew.",
        discussion: "A file with errors is refused, and the old configuration goes on.")

    @OptionGroup var order: OrderArguments

    func run() async throws {
        try await order.carryOut(.reload, done: "reloaded")
    }
}
