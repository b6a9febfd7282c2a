import ArgumentParser
import Supervision

/// `supervise is-healthy [INSTANCE…]`: whether clients are served, for programs that act on it.
struct IsHealthy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ends with 0 while every proxy has a server that takes traffic.",
        discussion: """
            For keepalived's vrrp_script, health checks of containers and the like. Otherwise it ends with 1 and tells which \
            proxy has none, or which instance doesn't run; with 4 where no supervisor runs, or no such instance.
            """)

    @Argument(help: ArgumentHelp("Only these instances.", valueName: "instance"))
    var instances: [String] = []

    @OptionGroup var state: StateOption

    func run() async throws {
        let ailments = try await state.client().status(of: instances).flatMap(\.ailments)
        guard ailments.isEmpty else {
            throw CommandFailure(.failed, ailments.map(\.printable).joined(separator: "\nsupervise: "))
        }
    }
}
