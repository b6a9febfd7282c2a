import Proxy
import Testing

@testable import Monitoring

@Suite("What commands say of stick tables")
struct TableWordsTests {
    private let columns: [TableColumn] = [.generalPurpose, .connections]

    @Test("filters are read as far as four go")
    func filters() throws {
        #expect(
            try TableWords.filters(["data.gpc0", "gt", "-5", "data.conn_cnt", "ne", "7"], of: columns, after: 3)
                == [TableFilter(.generalPurpose, .greater, -5), TableFilter(.connections, .unequal, 7)])
        #expect(try TableWords.filters([], of: columns, after: 3).isEmpty)
    }

    @Test(
        "a wrong filter is refused in HAProxy's words",
        arguments: [
            ("data.nope gt 1", "Filter entry #1: Unknown data type"),
            ("foo", "Filter entry #1: Unknown data type"),
            ("data.http_req_cnt gt 1", "Filter entry #1: Data type not stored in this table"),
            ("data.server_id gt 1", "Filter entry #1: Data type not stored in this table"),
            ("data.gpc0", #"Filter entry #1: Require and operator among "eq", "ne", "le", "ge", "lt", "gt""#),
            (
                "data.gpc0 gt 1 data.gpc0 x",
                #"Filter entry #2: Require and operator among "eq", "ne", "le", "ge", "lt", "gt""#
            ),
            ("data.gpc0 gt 0x5", "Filter entry #1: Require a valid integer value to compare against"),
            ("data.gpc0 gt", "Filter entry #1: Require a valid integer value to compare against"),
            (
                "data.gpc0 gt 0 data.gpc0 gt 1 data.gpc0 gt 2 data.gpc0 gt 3 foo",
                "Detected extra data in filter, 16th word of input, after '3'"
            ),
        ])
    func wrongFilters(words: String, text: String) {
        #expect(throws: TableWords.Mistake(text: text)) {
            try TableWords.filters(words.split(separator: " ").map(String.init), of: columns, after: 3)
        }
    }

    @Test(
        "a wrong value is refused in HAProxy's words",
        arguments: [
            ("foo", #""data.<type>" followed by a value expected"#), ("data.nope 1", "Unknown data type"),
            ("data.gpc0 +7", "Require a valid integer value to store"),
            ("data.gpc0", "Require a valid integer value to store"),
            ("data.gpc1 7", "Data type not stored in this table"),
        ])
    func wrongValues(words: String, text: String) {
        #expect(throws: TableWords.Mistake(text: text)) {
            try TableWords.values(words.split(separator: " ").map(String.init), of: columns)
        }
    }
}
