import ArgumentParser
import Supervision

/// What an order to an instance takes: which one, why, and where the supervisor is.
struct OrderArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("The instance: its file's name without '.cfg'.", valueName: "instance"))
    var instance: String

    @OptionGroup var reason: ReasonOption
    @OptionGroup var state: StateOption

    /// Gives the order and waits until it is done.
    ///
    /// - Parameters:
    ///   - order: what to do.
    ///   - done: what to say afterwards.
    /// - Throws: `ControlClientError`, or `CommandFailure`.
    func carryOut(_ order: InstanceOrder, done: String) async throws {
        try await state.client().carryOut(order, on: instance, reason: reason.text)
        Output.message("\(instance): \(done)")
    }
}
