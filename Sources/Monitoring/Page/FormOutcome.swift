import Mustache

/// What became of a form, as the address says it that the client is sent to, and as the page shows it there.
///
/// - Source: codes and words recorded from HAProxy 2.6.12.
enum FormOutcome: String, CaseIterable {
    case done = "DONE"
    case nothing = "NONE"
    case partly = "PART"
    case tooLong = "EXCD"
    case wrong = "ERRP"
    case denied = "DENY"
    case unknown = "UNKN"

    /// The first sentence.
    var text: String {
        switch self {
        case .done: "Action processed successfully."
        case .nothing: "Nothing has changed."
        case .partly: "Action partially processed."
        case .tooLong: "Action not processed : the buffer couldn't store all the data."
        case .wrong: "Action not processed because of invalid parameters."
        case .denied: "Action denied."
        case .unknown: "Unexpected result."
        }
    }

    /// What it may come from.
    var hints: [String] {
        let ambiguous = "Some server names are probably unknown or ambiguous (duplicated names in the backend)."
        return switch self {
        case .partly: [ambiguous]
        case .tooLong: ["You should retry with less servers at a time."]
        case .wrong:
            [
                "The action is maybe unknown.", "Invalid key parameter (empty or too long).",
                "The backend name is probably unknown or ambiguous (duplicated names).", ambiguous,
            ]
        case .done, .nothing, .denied, .unknown: []
        }
    }

    /// The class that colours it.
    var rowClass: String {
        switch self {
        case .done: "active_up"
        case .nothing, .partly: "active_going_down"
        case .tooLong, .wrong, .denied: "active_down"
        case .unknown: "active_no_check"
        }
    }
}

extension FormOutcome: MustacheParent {
    func child(named name: String) -> Any? {
        switch name {
        case "text": text
        case "hints": hints
        case "rowClass": rowClass
        default: nil
        }
    }
}
