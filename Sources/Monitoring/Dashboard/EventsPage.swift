import History
import Model

/// The page of what happened to the instances and to the supervisor.
struct EventsPage {
    /// The most events that it lists.
    static let mostRows = 200

    /// Only this instance's; `nil` is all.
    let instance: String?
    /// The events, oldest first.
    let events: [EventRecord]
    /// Writes times.
    let words: DashboardWords
    /// The present.
    let now: Timestamp

    /// The values for the template.
    var context: [String: Any] {
        var context: [String: Any] = [
            "title": "Events", "isEvents": true, "at": words.text(now), "zone": words.zoneText(at: now),
            "rows": events.reversed().map(row), "hasRows": !events.isEmpty,
        ]
        context["instance"] = instance
        return context
    }

    private func row(_ event: EventRecord) -> [String: Any] {
        [
            "at": words.text(event.at), "instance": event.instance ?? "–", "kind": event.kind.rawValue,
            "letter": event.kind.tickLetter?.description ?? "", "actor": event.actor ?? "",
            "reason": event.reason ?? "", "detail": event.detail ?? "",
        ]
    }
}
