/// A condition of a rule that only asks which port the client connected to, so that each address of a file has its
/// answer before anyone connects.
///
/// - Source: HAProxy 2.6 configuration manual, sections 7.1 (ACL basics) and 7.3.3 (`dst_port`).
struct PortCondition: Sendable, Equatable {
    /// The ports for which it holds, or doesn't where it is negated.
    var ports: [ClosedRange<UInt16>]
    /// Whether it holds for the other ports.
    var isNegated = false

    /// Whether it holds.
    ///
    /// - Parameter port: the port that the client connected to; `nil` on a socket without ports, which is like every
    ///   other port.
    /// - Returns: whether it holds.
    func holds(for port: UInt16?) -> Bool {
        ports.contains { port.map($0.contains) ?? false } != isNegated
    }

    /// Reads what an `acl` line or braces hold: `dst_port 5671 5672`, `dst_port 1:1023`.
    ///
    /// - Parameter words: the words after the name, or between the braces.
    /// - Returns: the condition; `nil` for every other one.
    static func parse(_ words: ArraySlice<String>) -> PortCondition? {
        var words = words
        guard words.popFirst() == "dst_port" else { return nil }
        if words.first == "eq" { words.removeFirst() }
        var ports: [ClosedRange<UInt16>] = []
        for word in words {
            let ends = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let numbers = ends.compactMap { UInt16($0) }
            guard let first = numbers.first, let last = numbers.last, numbers.count == ends.count, first <= last else {
                return nil
            }
            ports.append(first...last)
        }
        return ports.isEmpty ? nil : PortCondition(ports: ports)
    }

    /// Reads what stands after a rule: `if { dst_port 5671 }`, `unless NAME`, `if !NAME`.
    ///
    /// - Parameters:
    ///   - words: the words from `if` or `unless` on.
    ///   - named: the conditions that `acl` lines have given names to.
    /// - Returns: the condition; `nil` for every other one.
    static func parse(rule words: [String], named: [String: PortCondition]) -> PortCondition? {
        guard let verb = words.first, verb == "if" || verb == "unless" else { return nil }
        var rest = words.dropFirst()
        var isNegated = verb == "unless"
        if rest.first == "!" {
            isNegated.toggle()
            rest.removeFirst()
        }
        var condition: PortCondition?
        if rest.first == "{", rest.last == "}", rest.count > 2 {
            condition = parse(rest.dropFirst().dropLast())
        } else if rest.count == 1, var name = rest.first {
            if name.hasPrefix("!") {
                isNegated.toggle()
                name.removeFirst()
            }
            condition = named[name]
        }
        condition?.isNegated = isNegated
        return condition
    }
}

/// A `use_backend` line.
struct BackendRule: Sendable {
    /// The backend.
    let name: Word
    /// When it is used; always when `nil`.
    let condition: PortCondition?
}
