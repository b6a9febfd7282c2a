/// A program or library in the process's memory.
struct LoadedObject: CustomStringConvertible, Equatable {
    /// Its file.
    let path: String
    /// Where it begins.
    let start: UInt64
    /// The byte after its last one.
    private(set) var end: UInt64

    /// Its line in `show libs`.
    var description: String {
        let size = String(end - start, radix: 16)
        let padding = String(repeating: "0", count: max(0, 7 - size.count))
        return "0x\(String(start, radix: 16))-0x\(String(end - 1, radix: 16)) (0x\(padding)\(size)) \(path)"
    }

    /// The objects that a process has mapped code of, in the order of their addresses.
    ///
    /// - Parameter maps: the text of `/proc/PID/maps`.
    /// - Returns: the objects.
    /// - Source: proc(5).
    static func all(in maps: String) -> [LoadedObject] {
        var objects: [LoadedObject] = []
        var withCode: Set<String> = []
        for line in maps.split(separator: "\n") {
            let columns = line.split(separator: " ")
            guard columns.count >= 6, let name = line.firstIndex(of: "/") else { continue }
            let bounds = columns[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            guard bounds.count == 2 else { continue }
            let path = String(line[name...])
            if columns[1].contains("x") { withCode.insert(path) }
            if let known = objects.firstIndex(where: { $0.path == path }) {
                objects[known].end = max(objects[known].end, bounds[1])
            } else {
                objects.append(LoadedObject(path: path, start: bounds[0], end: bounds[1]))
            }
        }
        return objects.filter { withCode.contains($0.path) }
    }
}
