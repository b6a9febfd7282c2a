import Foundation

/// A folder whose `*.cfg` files are the instances.
public struct InstanceFolder: Sendable {
    /// Where it is when nothing else is said.
    public static let standardPath = "Instances"
    /// How an instance's file is called, after its name.
    public static let suffix = ".cfg"

    /// Where it is.
    public let path: String

    /// Names a folder.
    ///
    /// - Parameter path: where it is.
    public init(path: String) { self.path = path }

    /// The instances' files by name, hidden ones left out.
    ///
    /// - Returns: their paths, at least one.
    /// - Throws: a `Diagnostic` about the folder as a whole when it cannot be read or has none.
    public func files() throws(Diagnostic) -> [String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw problem(
                "cannot read the folder of instances: \(error.localizedDescription)",
                help: "run this where the folder is, or name another one with --instances DIR")
        }
        let files = names.filter { $0.hasSuffix(Self.suffix) && !$0.hasPrefix(".") }.sorted()
        if files.isEmpty {
            throw problem(
                "no instance here: there is no *\(Self.suffix) file",
                help: "put a file in HAProxy's language here, or name another folder with --instances DIR")
        }
        return files.map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
    }

    private func problem(_ message: String, help: String) -> Diagnostic {
        let place = SourceLocation(file: path, line: 0, column: 0)
        return Diagnostic(severity: .error, location: place, message: message, help: help)
    }
}
