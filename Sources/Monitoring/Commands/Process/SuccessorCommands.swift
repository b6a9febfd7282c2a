import EventLoop
import Supervision

/// What a process asks of the one that it takes over from.
enum SuccessorCommands {
    /// The commands.
    static let all = [getSockets]

    /// HAProxy's level doesn't matter for it, and where its socket doesn't expose the listeners, it just ends the connection.
    private static let getSockets = Command("_getsocks", usage: nil) { _, session, context in
        guard session.exposesListeners else { return .quits }
        do throws(ControlError) {
            return .handsOver(try await context.control.handOverSockets(of: context.instance))
        } catch {
            return .quits
        }
    }
}
