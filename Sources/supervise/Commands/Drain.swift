import ArgumentParser

/// `supervise drain [INSTANCE/]SERVER`.
struct Drain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Gives a server no new sessions; those it has go on, and so do its checks.")

    @OptionGroup var order: ServerOrderArguments

    func run() async throws {
        try await order.set(.drain)
    }
}
