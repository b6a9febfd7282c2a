import Model
import Testing

@testable import AccessLog

/// Known answers of public definitions; what HAProxy comes to is compared elsewhere.
@Suite("Converters")
struct SampleConverterTests {
    private func text(_ value: String, _ converters: SampleExpression.Converter...) -> String? {
        SampleValue.text(value).converted(by: converters).text
    }

    @Test(
        "hashes are what their definitions say",
        arguments: [
            ("123456789", .crc32, 0xCBF4_3926), ("123456789", .crc32c, 0xE306_9283), ("", .djb2, 5_381), ("", .sdbm, 0),
            ("", .xxh32, 0x02CC_5D05), ("", .xxh64, Int64(bitPattern: 0xEF46_DB37_51D8_E999)),
            ("", .xxh3, 0x2D06_8005_38D3_94C2), ("abc", .xxh32, 0x32D1_53FF), ("abc", .xxh64, 0x44BC_2CF5_AD77_0999),
        ] as [(String, SampleExpression.Hash, Int64)])
    func hashes(value: String, hash: SampleExpression.Hash, expected: Int64) {
        #expect(SampleValue.text(value).converted(by: [.hash(hash, 0)]).integer == expected)
    }

    @Test("digests and codes are those of the standards")
    func digests() throws {
        #expect(text("abc", .digest("sha1"), .hex) == "A9993E364706816ABA3E25717850C26C9CD0D89D")
        #expect(text("abc", .digest("md5"), .hex) == "900150983CD24FB0D6963F7D28E17F72")
        // RFC 4231, section 4.3.
        let code = text(
            "what do ya want for nothing?", .authentication(digest: "sha256", key: .bytes(Array("Jefe".utf8))), .hex)
        #expect(code == "5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843")
        let variable = try #require(SessionVariable("sess.key"))
        #expect(text("abc", .authentication(digest: "sha256", key: .variable(variable))) == nil)
    }

    @Test("base64 goes both ways, and what is none has no value")
    func base64() {
        for length in 0...9 {
            let bytes = (0..<length).map { UInt8($0 * 31 & 255) }
            for codecs in [
                [SampleExpression.Converter.base64, .codec(.fromBase64)],
                [.codec(.toBase64URL), .codec(.fromBase64URL)],
            ] {
                #expect(SampleValue.binary(bytes).converted(by: codecs).bytes == bytes, "\(length) bytes")
            }
        }
        #expect(text("Zm9vYmE=", .codec(.fromBase64)) == "fooba")
        #expect(text("Zm9*", .codec(.fromBase64)) == nil)
        #expect(text("ab??", .codec(.toBase64URL)) == "YWI_Pw")
    }

    @Test("numbers of 64 bits don't overflow, whatever is put in")
    func arithmetic() {
        let least = SampleValue.integer(.min)
        for operation in SampleExpression.Arithmetic.allCases {
            for operand in [Int64.min, -1, 0, 1, .max] {
                let value = least.converted(by: [.arithmetic(operation, operand)])
                #expect(value.integer != nil, "\(operation) \(operand)")
            }
        }
    }

    @Test("parts of a text are counted from both ends")
    func parts() {
        func part(_ position: Int, _ count: Int, omitsEmpty: Bool = false) -> String? {
            text("a/b//d", .change(.parts(position, delimiters: "/", count: count, omitsEmpty: omitsEmpty)))
        }
        #expect(part(2, 2) == "b/")
        #expect(part(2, 0) == "b//d")
        #expect(part(-1, 2) == "/d")
        #expect(part(2, 2, omitsEmpty: true) == "b//d")
        #expect(part(9, 1) == nil)
        #expect(part(-9, 1) == nil)
    }

    @Test("bytes become groups, and a rest may be left out")
    func groups() {
        func groups(dropsRest: Bool) -> SampleExpression.Converter {
            .change(.decimalGroups(separator: ":", size: 2, dropsRest: dropsRest))
        }
        #expect(SampleValue.binary([1, 2, 3, 4, 5]).converted(by: [groups(dropsRest: false)]).text == "258:772:5")
        #expect(SampleValue.binary([1, 2, 3, 4, 5]).converted(by: [groups(dropsRest: true)]).text == "258:772")
    }

    @Test("texts are written as JSON and as addresses have them")
    func writings() {
        #expect(text("a\"\\\n", .change(.json(.utf8s))) == #"a\"\\\n"#)
        #expect(SampleValue.binary([97, 255, 98]).converted(by: [.change(.json(.utf8))]).text == nil)
        #expect(text("a%20b+c?d+e", .change(.fromURL(isForm: false))) == "a b+c?d e")
        #expect(text("a b", .change(.toURL)) == "a%20b")
    }
}
