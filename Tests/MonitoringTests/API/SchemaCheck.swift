import Foundation

/// Any JSON value, as a test reads it.
enum AnyJSON: Decodable, Equatable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([AnyJSON])
    case object([String: AnyJSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([AnyJSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: AnyJSON].self))
        }
    }

    static func read(_ text: String) throws -> AnyJSON { try JSONDecoder().decode(AnyJSON.self, from: Data(text.utf8)) }

    subscript(name: String) -> AnyJSON? {
        guard case .object(let fields) = self else { return nil }
        return fields[name]
    }

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var elements: [AnyJSON] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    var fields: [String: AnyJSON] {
        guard case .object(let fields) = self else { return [:] }
        return fields
    }

    /// The value's type by the words of JSON Schema; a whole number is also a number.
    fileprivate var types: Set<String> {
        switch self {
        case .null: ["null"]
        case .boolean: ["boolean"]
        case .integer: ["integer", "number"]
        case .number: ["number"]
        case .string: ["string"]
        case .array: ["array"]
        case .object: ["object"]
        }
    }

    fileprivate var magnitude: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .null, .boolean, .string, .array, .object: nil
        }
    }
}

/// Checks values against the schemas of an OpenAPI 3.1 document: as much of JSON Schema as that document uses.
///
/// A word of JSON Schema that it doesn't know is a fault too, so that the document never says more than is checked.
struct SchemaCheck {
    private static let annotations: Set<String> = ["description", "default"]

    let document: AnyJSON

    /// What is wrong with a value.
    func faults(_ value: AnyJSON, _ schema: AnyJSON, at place: String = "$") -> [String] {
        var faults: [String] = []
        for (word, rule) in schema.fields where !Self.annotations.contains(word) {
            switch word {
            case "$ref":
                guard let target = resolve(rule) else { return ["\(place): \(rule) leads nowhere"] }
                faults += self.faults(value, target, at: place)
            case "type":
                let allowed = Set(([rule] + rule.elements).compactMap(\.text))
                if allowed.isDisjoint(with: value.types) {
                    faults.append("\(place): \(value) is no \(allowed.sorted())")
                }
            case "enum":
                if !rule.elements.contains(value) { faults.append("\(place): \(value) is none of \(rule)") }
            case "required":
                for name in rule.elements.compactMap(\.text) where value[name] == nil {
                    faults.append("\(place): lacks \(name)")
                }
            case "properties":
                for (name, field) in value.fields {
                    if let schema = rule[name] { faults += self.faults(field, schema, at: "\(place).\(name)") }
                }
            case "additionalProperties":
                let known = Set((schema["properties"]?.fields ?? [:]).keys)
                for name in value.fields.keys where rule == .boolean(false) && !known.contains(name) {
                    faults.append("\(place): has \(name), which is not described")
                }
            case "items":
                for (index, element) in value.elements.enumerated() {
                    faults += self.faults(element, rule, at: "\(place)[\(index)]")
                }
            case "minimum", "maximum":
                guard let magnitude = value.magnitude, let bound = rule.magnitude else { continue }
                if word == "minimum" ? magnitude < bound : magnitude > bound {
                    faults.append("\(place): \(magnitude) is beyond the \(word) \(bound)")
                }
            case "format":
                guard rule == .string("date-time") else { return ["\(place): unknown format \(rule)"] }
                if let text = value.text, text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) == nil {
                    faults.append("\(place): \(text) is no RFC 3339 time")
                }
            case "pattern":
                guard let pattern = rule.text, let text = value.text else { continue }
                if text.range(of: pattern, options: .regularExpression) == nil {
                    faults.append("\(place): \(text) does not match \(pattern)")
                }
            default: faults.append("\(place): the schema says '\(word)', which is not checked")
            }
        }
        return faults
    }

    /// What a `$ref` within the document leads to.
    func resolve(_ reference: AnyJSON) -> AnyJSON? {
        guard let text = reference.text, text.hasPrefix("#/") else { return nil }
        return text.dropFirst(2).split(separator: "/").reduce(document as AnyJSON?) { $0?[String($1)] }
    }
}
