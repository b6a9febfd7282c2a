import ArgumentParser
import Model

/// What an order to a server takes: which one, why, and where the supervisor is.
struct ServerOrderArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The server, as server, instance/server or instance/proxy/server; all that match.",
            valueName: "server"))
    var server: String

    @OptionGroup var reason: ReasonOption
    @OptionGroup var state: StateOption

    /// Gives the order and tells which servers it met.
    ///
    /// - Parameter administrative: the state to set.
    /// - Throws: `ControlClientError`, or `CommandFailure`.
    func set(_ administrative: AdministrativeState) async throws {
        let servers = try await state.client().set(administrative, server: server, reason: reason.text)
        for server in servers { Output.message("\(server): \(administrative.rawValue)") }
    }
}
