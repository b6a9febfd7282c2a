/// The fields of `show info` in each of its outputs.
///
/// - Source: HAProxy 2.6 management guide, section 9.3; the rest recorded from 2.6.12.
struct TypedInformation {
    /// The fields, in their order.
    var fields: [(name: String, value: String)]
    /// Whether some values are no whole numbers (`float`).
    var isFractional = false
    /// Whether every field is followed by what it says.
    var isDescribed = false

    /// `NAME: VALUE`.
    var plain: String {
        fields.map { name, value in
            let words = isDescribed ? meaning(of: name)?.words : nil
            return "\(name): \(value)\(words.map { ":\"\($0)\"" } ?? "")\n"
        }.joined()
    }

    /// `POSITION.NAME.1:TAGS:TYPE:VALUE`.
    var typed: String {
        entries.map { entry in
            let columns = entry.meaning.columns(entry.value, isDescribed: isDescribed)
            return "\(entry.position).\(entry.meaning.name).1:\(columns)\n"
        }.joined()
    }

    /// One JSON array.
    var json: String {
        "[" + entries.map { "{\($0.meaning.members($0.value, at: $0.position))}" }.joined(separator: ",") + "]\n"
    }

    private var entries: [(position: Int, meaning: FieldMeaning, value: String)] {
        fields.compactMap { name, value in
            guard let position = InformationMeanings.positions[name], let meaning = meaning(of: name) else {
                return nil
            }
            return (position, meaning, value)
        }
    }

    private func meaning(of name: String) -> FieldMeaning? {
        guard let position = InformationMeanings.positions[name] else { return nil }
        let meaning = InformationMeanings.all[position]
        guard isFractional, InformationMeanings.fractional.contains(name) else { return meaning }
        let isRate = name.hasPrefix("SslFrontend")
        return FieldMeaning(name, isRate ? "MRP" : meaning.tags, .flt, meaning.words)
    }
}
