import Foundation
import TLS

/// Reads files with certificates, keys and authorities.
///
/// - Source: HAProxy 2.6 configuration manual, bind options `crt`, `crt-list` and `ca-file`, and recordings of its messages.
enum TLSFiles {
    /// The largest file that is read, in bytes.
    static let largestFile = 4 << 20

    /// Endings of files beside a certificate, which are none themselves.
    private static let companions = [".issuer", ".ocsp", ".sctl", ".key"]
    /// Endings that are added to a certificate's name where it has one for each kind of key.
    private static let kinds = [".rsa", ".ecdsa", ".dsa"]

    /// A path with the folder before it that `global` names for relative ones.
    ///
    /// - Parameters:
    ///   - path: as the line writes it.
    ///   - folder: `crt-base` or `ca-base`.
    /// - Returns: the path.
    static func path(_ path: String, in folder: String?) -> String {
        guard let folder, !path.hasPrefix("/"), !path.hasPrefix("@") else { return path }
        return "\(folder)/\(path)"
    }

    /// The certificates of a file or folder.
    ///
    /// - Parameter path: the path.
    /// - Returns: the certificates; those of a folder in the order of their names.
    /// - Throws: what is wrong with one of them.
    static func certificates(at path: String) throws(TLSError) -> [Certificate] {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else { return [try certificate(at: path)] }
            var found: [Certificate] = []
            for file in try files(in: path) { found.append(try certificate(at: file)) }
            return found
        }
        var found: [Certificate] = []
        for kind in kinds where FileManager.default.fileExists(atPath: path + kind) {
            found.append(try certificate(at: path + kind))
        }
        guard found.isEmpty else { return found }
        throw TLSError("unable to stat SSL certificate from file '\(path)': \(reason(of: path))")
    }

    /// The authorities of a file or folder.
    ///
    /// - Parameter path: the path.
    /// - Returns: the files' contents.
    /// - Throws: that one can't be read.
    static func authorities(at path: String) throws(TLSError) -> [PEMFile] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw TLSError("unable to stat CA file '\(path)': \(reason(of: path))")
        }
        guard isFolder.boolValue else { return [try read(path)] }
        var found: [PEMFile] = []
        for file in try files(in: path) { found.append(try read(file)) }
        return found
    }

    /// One certificate, with its key in the same file or in one beside it that ends in `.key`; its authority's certificate
    /// may be in one that ends in `.issuer`, and what that says of it in one that ends in `.ocsp`.
    private static func certificate(at path: String) throws(TLSError) -> Certificate {
        func companion(_ ending: String) throws(TLSError) -> PEMFile? {
            FileManager.default.fileExists(atPath: path + ending) ? try read(path + ending) : nil
        }
        let file = try read(path)
        let hasKey = String(decoding: file.contents, as: UTF8.self).contains("PRIVATE KEY-----")
        return try Certificate(
            file, key: hasKey ? nil : try companion(".key"), issuer: try companion(".issuer"),
            response: try companion(".ocsp")?.contents)
    }

    /// Reads a file.
    ///
    /// - Parameter path: its path.
    /// - Returns: its contents.
    /// - Throws: that it can't be read.
    static func read(_ path: String) throws(TLSError) -> PEMFile {
        guard let type = try? FileManager.default.attributesOfItem(atPath: resolved(path))[.type] as? FileAttributeType
        else { throw TLSError("unable to stat SSL certificate from file '\(path)': \(reason(of: path))") }
        // A pipe or a device could keep the reader waiting, or never end.
        guard type == .typeRegular else { throw TLSError("'\(path)' is no regular file") }
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: path))
            let data = try handle.read(upToCount: largestFile + 1) ?? Data()
            try handle.close()
            guard data.count <= largestFile else { throw TLSError("'\(path)' is larger than \(largestFile >> 20) MiB") }
            return PEMFile(path: path, contents: Array(data))
        } catch let error as TLSError {
            throw error
        } catch {
            throw TLSError("unable to read '\(path)': \(SystemReason.text(of: error))")
        }
    }

    /// The files of a folder that can be certificates, in the order of their names.
    private static func files(in folder: String) throws(TLSError) -> [String] {
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
                !name.hasPrefix(".") && !companions.contains { name.hasSuffix($0) }
            }
            let prefix = folder.hasSuffix("/") ? folder : folder + "/"
            return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }.map { prefix + $0 }
                .filter { path in
                    var isFolder: ObjCBool = false
                    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
                }
        } catch {
            throw TLSError("unable to scan directory '\(folder)': \(SystemReason.text(of: error))")
        }
    }

    /// Where a link leads to.
    private static func resolved(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().path() }

    /// Why there is no such file.
    private static func reason(of path: String) -> String {
        do {
            // Opened for its error alone; one that has come meanwhile was not there when it was asked for.
            try FileHandle(forReadingFrom: URL(filePath: path)).close()
            return "No such file or directory"
        } catch {
            return SystemReason.text(of: error)
        }
    }
}
