import Model

/// The name servers' counts as a table: `show stat domain resolvers`.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show stat`; fields, their order and words recorded from 2.6.12.
struct ResolversStatistics {
    /// The sections.
    var sections: [ResolversSnapshot]
    /// Whether the typed output says in words what each field says.
    var isDescribed = false

    /// What is known of a name server, in the order of the columns.
    ///
    /// Of what is no count of its own here, a name server's `other` is the sum.
    ///
    /// - Parameter counters: its counts.
    /// - Returns: the counts by their names.
    static func counts(of counters: NameServerCounters) -> [(name: String, count: Int)] {
        [
            ("sent", counters.sent), ("send_error", counters.sendErrors), ("valid", counters.valid),
            ("update", counters.updates), ("cname", 0), ("cname_error", 0), ("any_err", 0),
            ("nx", counters.unknownNames), ("timeout", 0), ("refused", counters.refused), ("other", counters.others),
            ("invalid", counters.invalid), ("too_big", 0), ("truncated", 0), ("outdated", counters.outdated),
        ]
    }

    /// A line of names and one for each name server.
    var csv: String {
        let names = Self.meanings.map { $0.name + "," }.joined()
        return "# \(names)\n" + rows.map { $0.map { $0 + "," }.joined() + "\n" }.joined()
    }

    /// `N.POSITION.NAME:TAGS:TYPE:VALUE`.
    var typed: String {
        rows.map { row in
            zip(Self.meanings, row).enumerated().map { position, field in
                let (meaning, value) = field
                return "N.\(position).\(meaning.name):\(meaning.columns(value, isDescribed: isDescribed))\n"
            }.joined()
        }.joined()
    }

    /// An array of an array of objects for each name server.
    var json: String {
        let arrays = rows.map { row in
            let objects = zip(Self.meanings, row).enumerated().map { position, field in
                let (meaning, value) = field
                let members = meaning.members(value, at: position)
                return "{" + members.replacing(#""processNum":1,"#, with: "", maxReplacements: 1) + "}"
            }
            return "[" + objects.joined(separator: ",") + "]"
        }
        return "[" + arrays.joined(separator: ",") + "]\n"
    }

    private var rows: [[String]] {
        sections.flatMap { section in
            section.servers.map { name, counters in
                [name, section.name] + Self.counts(of: counters).map { "\($0.count)" }
            }
        }
    }

    private static let meanings: [FieldMeaning] =
        [FieldMeaning("id", "CGP", .str, "ID"), FieldMeaning("pid", "CGP", .str, "Parent ID")]
        + zip(
            counts(of: NameServerCounters()).map(\.name),
            [
                "Sent", "Send error", "Valid", "Update", "CNAME", "CNAME error", "Any errors", "NX", "Timeout",
                "Refused",
                "Other", "Invalid", "Too big", "Truncated", "Outdated",
            ]
        ).map { FieldMeaning($0, "MGP", .u64, $1) }
}
