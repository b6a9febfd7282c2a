import Foundation
import History
import Model

/// Where an answer ended, as its `next` says it and the next question's `cursor` gives it back.
///
/// A cursor names a row, not a number of rows to leave out: rows that are added meanwhile move nothing. It also carries the
/// moment at which the first page was answered, so that all pages speak of the same present. Its text is for this program
/// alone and may change with any version.
struct PageCursor: Sendable, Hashable {
    /// The moment that counts as the present for all pages.
    var present: Timestamp
    /// The oldest row that the last page had; the next one goes on before it.
    var place: HistoryPlace

    private static let names: Character = "\u{1F}"

    /// Makes a cursor.
    ///
    /// - Parameters:
    ///   - present: the moment that counts as the present.
    ///   - place: the row to go on from.
    init(present: Timestamp, place: HistoryPlace) {
        self.present = present
        self.place = place
    }

    /// Reads a cursor.
    ///
    /// - Parameter text: as `text` gave it.
    init?(_ text: String) {
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard let bytes = Data(base64Encoded: base64 + padding), let plain = String(bytes: bytes, encoding: .utf8)
        else { return nil }
        let parts = plain.split(separator: Self.names, omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 3, let present = Int64(parts[0]), let at = Int64(parts[1]) else { return nil }
        self.present = Timestamp(millisecondsSinceEpoch: present)
        let moment = Timestamp(millisecondsSinceEpoch: at)
        switch parts.count {
        case 3:
            guard let id = Int64(parts[2]) else { return nil }
            place = .row(at: moment, id: id)
        case 5:
            place = .subject(at: moment, ServerIdentity(instance: parts[2], proxy: parts[3], server: parts[4]))
        default: return nil
        }
    }

    /// The cursor as text that needs no escaping in a URI (RFC 4648, section 5).
    var text: String {
        let parts: [String]
        switch place {
        case .row(let at, let id): parts = ["\(at.millisecondsSinceEpoch)", "\(id)"]
        case .subject(let at, let server):
            parts = ["\(at.millisecondsSinceEpoch)", server.instance, server.proxy, server.server]
        }
        let plain = (["\(present.millisecondsSinceEpoch)"] + parts).joined(separator: String(Self.names))
        return Data(plain.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }
}
