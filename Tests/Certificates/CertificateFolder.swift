import Foundation

/// Certificates made by the `openssl` command, in a folder that goes with the object.
public final class CertificateFolder: Sendable {
    /// What kind of key a certificate gets.
    public enum Key: String, Sendable {
        case ecdsa = "ec:"
        case rsa = "rsa:2048"
    }

    /// The folder.
    public let path: String

    /// Whether there is such a command; without it, what needs certificates says so and is skipped.
    public static let isAvailable: Bool = {
        let isThere = (try? run(["version"])) != nil
        if !isThere { print("skipped: there is no command openssl") }
        return isThere
    }()

    /// Makes an empty folder.
    ///
    /// - Throws: that there can be none.
    public init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "certificates-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // What is left of a test in the folder for temporary files does no harm.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file in the folder.
    ///
    /// - Parameter name: its name.
    /// - Returns: the path.
    public func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Makes an authority: `NAME.crt` and `NAME.key`.
    ///
    /// - Parameter name: its name, which its subject has, too.
    /// - Throws: that the command failed.
    public func makeAuthority(_ name: String) throws {
        try Self.run(
            [
                "req", "-x509", "-nodes", "-days", "30", "-subj", "/CN=\(name)", "-keyout", path("\(name).key"), "-out",
                path("\(name).crt"),
            ] + Self.newKey(.ecdsa))
    }

    /// Makes a certificate: `NAME.crt`, `NAME.key`, and both in `NAME.pem`.
    ///
    /// - Parameters:
    ///   - name: its name, which its subject has, too.
    ///   - hosts: the DNS names that it is for.
    ///   - authority: who signs it; itself when `nil`.
    ///   - key: what kind of key it gets.
    ///   - days: for how many days it is valid; fewer than 0 if it was.
    /// - Throws: that the command failed.
    public func make(
        _ name: String, hosts: [String] = [], by authority: String? = nil, key: Key = .ecdsa, days: Int = 10
    ) throws {
        var words = ["-nodes", "-subj", "/CN=\(name)", "-keyout", path("\(name).key")] + Self.newKey(key)
        if !hosts.isEmpty {
            words += ["-addext", "subjectAltName=" + hosts.map { "DNS:\($0)" }.joined(separator: ",")]
        }
        if let authority {
            try Self.run(["req", "-out", path("\(name).csr")] + words)
            try Self.run(
                [
                    "x509", "-req", "-in", path("\(name).csr"), "-days", "\(days)", "-CA", path("\(authority).crt"),
                    "-CAkey",
                    path("\(authority).key"), "-CAcreateserial", "-copy_extensions", "copy", "-out",
                    path("\(name).crt"),
                ])
        } else {
            try Self.run(["req", "-x509", "-days", "\(days)", "-out", path("\(name).crt")] + words)
        }
        let both = try contents("\(name).crt") + contents("\(name).key")
        try write(both, to: "\(name).pem")
    }

    /// Makes an authority's list of revoked certificates.
    ///
    /// - Parameters:
    ///   - list: the list's name in the folder.
    ///   - authority: whose list it is.
    ///   - revoked: the names of the certificates in it.
    /// - Throws: that the command failed.
    public func makeRevocations(_ list: String, of authority: String, revoking revoked: String...) throws {
        let settings = """
            [ca]
            default_ca = own
            [own]
            database = \(path("\(list).txt"))
            default_md = sha256
            default_crl_days = 10

            """
        try write(Array(settings.utf8), to: "\(list).cnf")
        try write([], to: "\(list).txt")
        let words = [
            "ca", "-config", path("\(list).cnf"), "-cert", path("\(authority).crt"), "-keyfile",
            path("\(authority).key"),
        ]
        for name in revoked { try Self.run(words + ["-revoke", path("\(name).crt")]) }
        try Self.run(words + ["-gencrl", "-out", path(list)])
    }

    /// A file's contents.
    ///
    /// - Parameter name: its name.
    /// - Returns: its bytes.
    /// - Throws: that there is no such file.
    public func contents(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: path(name))))
    }

    /// Writes a file.
    ///
    /// - Parameters:
    ///   - bytes: its contents.
    ///   - name: its name.
    /// - Throws: that it can't be written.
    public func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(filePath: path(name)))
    }

    private static func newKey(_ key: Key) -> [String] {
        key == .ecdsa
            ? ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"] : ["-newkey", key.rawValue]
    }

    /// Runs the command.
    static func run(_ words: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + words
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CommandFailure(words: words) }
    }

    /// The command did not do what it was asked for.
    struct CommandFailure: Error {
        var words: [String]
    }
}
