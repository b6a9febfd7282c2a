import ArgumentParser

/// `supervise ready [INSTANCE/]SERVER`.
struct Ready: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Gives a server back to traffic after drain or maint.")

    @OptionGroup var order: ServerOrderArguments

    func run() async throws {
        try await order.set(.ready)
    }
}
