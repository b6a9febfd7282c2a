import History
import Model
import Supervision

/// What can be told of an instance at one moment, whether or not anything runs it.
struct InstanceVitals: Sendable {
    /// Its name.
    var instance: String
    /// What its worker shows; `nil` while it has none.
    var snapshot: InstanceSnapshot?
    /// Where it is in its life; `nil` when the supervisor does not know it any more.
    var status: InstanceStatus?
    /// How the history does; `nil` when none is kept.
    var history: HistoryLoad?
    /// The servers that change their state too often; `nil` where there is no history to say so.
    var flapping: [ServerIdentity: Flapping]?
}

extension InstanceControl {
    /// Asks for all that can be told of an instance.
    ///
    /// - Parameter instance: its name.
    /// - Returns: what is known.
    func vitals(of instance: String) async -> InstanceVitals {
        var vitals = InstanceVitals(instance: instance)
        // An instance that the supervisor does not know any more is one of which nothing is to be told.
        vitals.snapshot = try? await snapshot(of: instance)
        vitals.status = try? await status(of: [instance]).first
        vitals.history = await historyLoad
        return vitals
    }
}
