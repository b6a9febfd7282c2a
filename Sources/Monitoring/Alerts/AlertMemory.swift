import Alerting
import Foundation

/// What the alerts keep in the state directory, so that a restart neither loses a message nor tells one twice.
///
/// A file of its own and not a table, because alerts have to work when the database doesn't. It is replaced as a whole.
struct AlertMemory: Sendable, Codable {
    /// What is open, and was told.
    var tracker = AlertTracker()
    /// What is on its way.
    var outbox = AlertOutbox()

    /// The file's name in the state directory.
    static let fileName = "alerts.json"

    /// Begins without knowing anything.
    init() {}

    /// Reads the file.
    ///
    /// - Parameter path: the file; one that is not there is that of a first start.
    /// - Throws: when it cannot be read or understood.
    init(contentsOf path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        self = try JSONDecoder().decode(AlertMemory.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// Its text, the same for the same content.
    var bytes: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return try encoder.encode(self)
        }
    }
}
