import ArgumentParser
import Monitoring
import Supervision

/// What an order takes that can be given to one instance or to all of them.
struct TargetArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("The instance: its file's name without '.cfg'.", valueName: "instance"))
    var instance: String?

    @Flag(help: "All instances, one after the other.")
    var all = false

    @OptionGroup var reason: ReasonOption
    @OptionGroup var state: StateOption

    /// Refuses what names nothing, or both.
    ///
    /// - Throws: `ValidationError`.
    func validate() throws {
        switch (instance, all) {
        case (nil, false): throw ValidationError("Name an instance, or say '--all'.")
        case (.some, true): throw ValidationError("Name an instance or say '--all', not both.")
        case (.some, false), (nil, true): break
        }
    }

    /// Whom the order is for, by name.
    ///
    /// - Parameter client: how to ask the supervisor.
    /// - Returns: the one that was named, or all.
    /// - Throws: `ControlClientError`.
    func names(from client: ControlClient) async throws(ControlClientError) -> [String] {
        if let instance { return [instance] }
        return try await client.status().map(\.instance)
    }
}
