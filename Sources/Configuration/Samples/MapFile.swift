import Foundation
import Model

/// A file of keys and what they stand for, one pair a line.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.3.1, `map`.
public struct MapFile: Sendable, Equatable {
    /// A key, and what it stands for.
    public struct Entry: Sendable, Equatable {
        /// What a value is compared with.
        public var key: String
        /// What it stands for.
        public var value: String

        /// Makes one.
        ///
        /// - Parameters:
        ///   - key: what a value is compared with.
        ///   - value: what it stands for.
        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    /// The file, as the configuration names it.
    public var name: String
    /// Its number among all lists of patterns and maps.
    public var number: Int
    /// Where it is named.
    public var places: [SourceLocation]
    /// The ways in which it is searched, whatever counts where it has nothing.
    public var searches: [MapSearch]
    /// Its pairs, in order.
    public var entries: [Entry]
}

/// The maps of a configuration while it is read: each file is read once.
final class MapShelf {
    /// The files, in the order in which they are named.
    private(set) var files: [MapFile] = []
    /// How many lists of patterns there are so far, which have their numbers in the same row.
    var listCount = 0

    /// Reads a file, unless it is known, and makes sure that it can be searched so.
    ///
    /// - Parameters:
    ///   - search: how.
    ///   - call: where it is named.
    /// - Throws: that it can't be read, or which line is wrong.
    func take(_ search: MapSearch, at call: SampleReader.Call) throws(Diagnostic) {
        let search = search.withoutFallback
        let index = files.firstIndex { $0.name == search.file }
        let entries = if let index { files[index].entries } else { try read(search.file, call) }
        for entry in entries {
            if let refusal = MapText.refusal(of: entry, for: search) {
                throw call.error("in the file '\(search.file)', \(refusal)", help: "correct the file's line")
            }
        }
        let place = call.word.location
        if let index {
            files[index].places.append(place)
            if !files[index].searches.contains(search) { files[index].searches.append(search) }
        } else {
            files.append(
                MapFile(
                    name: search.file, number: listCount + files.count, places: [place], searches: [search],
                    entries: entries))
        }
    }

    private func read(_ file: String, _ call: SampleReader.Call) throws(Diagnostic) -> [MapFile.Entry] {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: file))
        } catch {
            throw call.error(
                "the file '\(file)' can't be read: \(error.localizedDescription)",
                help: "check the path, which begins where the program was started, and its permissions")
        }
        guard data.count <= ConfigurationReader.largestFile else {
            throw call.error(
                "the file '\(file)' is larger than \(ConfigurationReader.largestFile >> 20) MiB",
                help: "is it a list of keys and values?")
        }
        return MapText.entries(of: String(decoding: data, as: UTF8.self))
    }
}

/// The lines of a map, and what may stand in them.
public enum MapText {
    /// Reads the lines of a file; empty ones and those that begin with `#` are none.
    ///
    /// - Parameter text: the file's text.
    /// - Returns: its pairs, in order.
    static func entries(of text: String) -> [MapFile.Entry] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let line = line.drop { $0 == " " || $0 == "\t" }
            guard let first = line.first, first != "#" else { return nil }
            let key = line.prefix { $0 != " " && $0 != "\t" }
            let rest = line[key.endIndex...].trimmingCharacters(in: .whitespaces)
            return MapFile.Entry(key: String(key), value: rest)
        }
    }

    /// Whether a text is a value of a kind.
    ///
    /// - Parameters:
    ///   - value: the text.
    ///   - output: the kind.
    /// - Returns: whether it is.
    public static func isRight(_ value: String, for output: MapSearch.Output) -> Bool {
        switch output {
        case .text: true
        case .integer: Int64(value) != nil
        case .address: IPAddressText.bytes(ipv4: value) != nil || IPAddressText.bytes(ipv6: value) != nil
        }
    }

    /// What is wrong with a pair.
    ///
    /// - Parameters:
    ///   - entry: the pair.
    ///   - search: how it is searched.
    /// - Returns: a sentence; `nil` where nothing is.
    public static func refusal(of entry: MapFile.Entry, for search: MapSearch) -> String? {
        if !isRight(entry.value, for: search.output) {
            return "'\(entry.value)' is not \(search.output == .integer ? "a number" : "an address")"
        }
        switch search.method {
        case .int, .ip, .reg, .regm:
            do {
                _ = try search.reading.match(of: [entry.key])
                return nil
            } catch {
                return error.text
            }
        case .str, .beg, .sub, .dir, .dom, .end: return nil
        }
    }
}

extension MapSearch {
    /// How keys of it are read, as patterns of access lists are.
    public var reading: PatternReading {
        guard let method = PatternReader.Method(rawValue: self.method == .regm ? "reg" : self.method.rawValue) else {
            preconditionFailure("maps are searched as access lists are")
        }
        return PatternReading(method: method, ignoresCase: false, readsVersions: false)
    }
}
