import Configuration
import Foundation
import Yams

/// `supervise.yaml`, the file beside the instances that says what concerns all of them.
public enum SettingsFile {
    /// What the file is called.
    public static let name = "supervise.yaml"
    /// A file that is larger is no settings file.
    static let maximumBytes = 1 << 20

    /// What a file says, and everything that is wrong with it.
    public struct Reading: Sendable {
        /// What it says; as without a file where an error stands among the diagnostics.
        public var options = SupervisorOptions()
        /// What is to be told of it, by line.
        public var diagnostics: [Diagnostic] = []

        /// Whether the file can be used.
        public var isValid: Bool { !diagnostics.contains { $0.severity == .error } }
    }

    /// Where the file of a folder of instances is.
    ///
    /// - Parameter folder: the folder.
    /// - Returns: its path; `nil` where there is none.
    public static func path(beside folder: String) -> String? {
        let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    /// Reads a file, and those that it names.
    ///
    /// - Parameter path: the file.
    /// - Returns: what it says and what is wrong with it.
    public static func read(_ path: String) -> Reading {
        let text: String
        do {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            guard bytes.count <= maximumBytes, let decoded = String(bytes: bytes, encoding: .utf8) else {
                return refusal(path, "is no YAML in UTF-8 of at most \(maximumBytes) bytes")
            }
            text = decoded
        } catch {
            return refusal(path, "cannot be read: \(error.localizedDescription)")
        }
        return read(text, file: path)
    }

    /// Reads the text of a file.
    ///
    /// - Parameters:
    ///   - text: what is in it.
    ///   - file: where it came from; files that it names are looked for beside it.
    /// - Returns: what it says and what is wrong with it.
    public static func read(_ text: String, file: String) -> Reading {
        let notes = SettingsNotes(file: file, text: text)
        do {
            // A file of comments alone says nothing, and nothing is wrong with it.
            guard let root = try Yams.compose(yaml: text) else { return Reading() }
            var reader = SettingsReader(notes: notes)
            let options = reader.options(root)
            let diagnostics = reader.notes.diagnostics.sorted {
                ($0.location.line, $0.location.column) < ($1.location.line, $1.location.column)
            }
            let isValid = !diagnostics.contains { $0.severity == .error }
            return Reading(options: isValid ? options : SupervisorOptions(), diagnostics: diagnostics)
        } catch let error as YamlError {
            return Reading(diagnostics: [notes.diagnostic(of: error)])
        } catch {
            return refusal(file, "cannot be read: \(error)")
        }
    }

    private static func refusal(_ file: String, _ message: String) -> Reading {
        let place = SourceLocation(file: file, line: 0, column: 0)
        return Reading(diagnostics: [Diagnostic(severity: .error, location: place, message: message)])
    }
}
