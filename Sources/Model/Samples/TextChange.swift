extension SampleExpression {
    /// The hashes of a value's bytes; named as in files.
    ///
    /// - Source: HAProxy 2.6 configuration manual, section 7.3.1.
    public enum Hash: String, Sendable, Hashable, CaseIterable {
        case crc32, crc32c, djb2, sdbm, wt6, xxh32, xxh64, xxh3

        /// Whether what stands in parentheses is a number to begin with, and not whether the hash is mixed once more.
        public var takesSeed: Bool {
            switch self {
            case .xxh32, .xxh64, .xxh3: true
            case .crc32, .crc32c, .djb2, .sdbm, .wt6: false
            }
        }
    }

    /// Other forms of a value, and parts that hosts are made of; named as in files.
    ///
    /// - Source: HAProxy 2.6 configuration manual, section 7.3.1.
    public enum Codec: String, Sendable, Hashable, CaseIterable {
        case fromBase64 = "b64dec"
        case fromBase64URL = "ub64dec"
        case toBase64URL = "ub64enc"
        /// Hexadecimal digits as a number.
        case number = "hex2i"
        /// A number's 32 lower bits, the big end first.
        case networkOrder = "htonl"
        /// Up to the first end of a line.
        case firstLine = "cut_crlf"
        case host = "host_only"
        case port = "port_only"
    }

    /// What `json` takes its bytes for; named as in files.
    ///
    /// - Source: HAProxy 2.6 configuration manual, section 7.3.1, `json`.
    public enum JSONInput: String, Sendable, Hashable, CaseIterable {
        case ascii, utf8
        /// Bytes that are no UTF-8 are left out.
        case utf8s
        /// There is no value once such a byte comes, and none in what is printed.
        case utf8p
        case utf8ps
    }

    /// What changes texts with values in parentheses.
    ///
    /// - Source: HAProxy 2.6 configuration manual, section 7.3.1.
    public enum TextChange: Sendable, Hashable {
        /// `ltrim`: characters that are taken away at the beginning.
        case trimStart(String)
        /// `rtrim`: at the end.
        case trimEnd(String)
        /// `field(n,delimiters,count)`, and `word`, for which delimiters in a row count once; all that follow if 0.
        case parts(Int, delimiters: String, count: Int, omitsEmpty: Bool)
        /// `concat(start,variable,end)`.
        case concat(String, SessionVariable?, String)
        /// `add_item(delimiter,variable,suffix)`.
        case addItem(String, SessionVariable?, String)
        /// `strcmp`: how far apart the first bytes are that differ.
        case compare(SessionVariable)
        /// `secure_memcmp`: whether both have the same bytes, in a time that doesn't tell where they differ.
        case isEqual(SessionVariable)
        /// `iif(true,false)`.
        case choose(String, String)
        case json(JSONInput)
        /// `url_dec`: blanks for plus signs everywhere, or after the question mark alone.
        case fromURL(isForm: Bool)
        case toURL
        /// `http_date`: a date as HTTP writes it.
        case httpDate(offset: Int64, unitsPerSecond: Int64)
        /// `be2dec(separator,size,truncate)`: groups of bytes as decimal numbers.
        case decimalGroups(separator: String, size: Int, dropsRest: Bool)
        /// `be2hex(separator,size,truncate)`: groups of bytes in hexadecimal digits.
        case hexadecimalGroups(separator: String, size: Int, dropsRest: Bool)
    }

    /// Where a key comes from.
    public enum Key: Sendable, Hashable {
        /// As it stands in the file.
        case bytes([UInt8])
        /// A variable, which has it in base64.
        case variable(SessionVariable)
    }
}

extension SampleExpression.Codec {
    /// What kind of value it makes.
    var kind: SampleExpression.Kind {
        switch self {
        case .fromBase64, .fromBase64URL, .networkOrder: .binary
        case .toBase64URL, .firstLine, .host: .text
        case .number, .port: .integer
        }
    }
}

extension SampleExpression.TextChange {
    /// What kind of value it makes.
    var kind: SampleExpression.Kind {
        switch self {
        case .compare: .integer
        case .isEqual: .boolean
        case .trimStart, .trimEnd, .parts, .concat, .addItem, .choose, .json, .fromURL, .toURL, .httpDate,
            .decimalGroups, .hexadecimalGroups:
            .text
        }
    }
}
