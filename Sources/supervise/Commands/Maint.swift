import ArgumentParser

/// `supervise maint [INSTANCE/]SERVER`.
struct Maint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes a server out of service: no new sessions, no checks.")

    @OptionGroup var order: ServerOrderArguments

    func run() async throws {
        try await order.set(.maint)
    }
}
