import Testing

@testable import Configuration

@Suite("Times")
struct TimeValueTests {
    @Test(
        "a time is a whole number and a unit, milliseconds without one",
        arguments: [
            ("0", 0), ("5000", 5_000), ("200ms", 200), ("5s", 5_000), ("2m", 120_000), ("1h", 3_600_000),
            ("1d", 86_400_000),
            ("1us", 1), ("1000us", 1), ("1001us", 2), ("0us", 0), ("2147483647", 2_147_483_647), ("24d", 2_073_600_000),
            ("007s", 7_000),
        ] as [(String, Int)])
    func times(text: String, milliseconds: Int) throws {
        #expect(try TimeValue.parse(text) == .init(duration: .milliseconds(milliseconds), ignoredRest: ""))
    }

    @Test("a bare number counts in the keyword's own unit")
    func defaultUnit() throws {
        #expect(try TimeValue.parse("5", defaultUnit: .seconds).duration == .seconds(5))
        #expect(try TimeValue.parse("5ms", defaultUnit: .seconds).duration == .milliseconds(5))
    }

    @Test(
        "what follows a unit is ignored, and said to be",
        arguments: [("5sec", "ec"), ("5sx", "x"), ("5min", "in"), ("5msx", "x")])
    func rest(text: String, rest: String) throws {
        #expect(try TimeValue.parse(text).ignoredRest == rest)
    }

    @Test(
        "everything else is no time",
        arguments: [
            ("", .notANumber), ("x", .notANumber), ("-5", .notANumber), ("+5", .notANumber), ("s", .notANumber),
            (" 5", .notANumber), ("٣s", .notANumber), ("1.5s", .unknownUnit(".5s")), ("5z", .unknownUnit("z")),
            ("5u", .unknownUnit("u")), ("5S", .unknownUnit("S")), ("2147483648", .tooLong), ("25d", .tooLong),
            ("99999999999999999999", .tooLong), ("18446744073709551615d", .tooLong),
        ] as [(String, TimeValue.Failure)])
    func wrong(text: String, failure: TimeValue.Failure) {
        #expect(throws: failure) { try TimeValue.parse(text) }
    }
}

@Suite("Sizes")
struct SizeValueTests {
    @Test(
        "a size is a whole number and k, m or g",
        arguments: [
            ("0", 0), ("16384", 16_384), ("16k", 16_384), ("1K", 1_024), ("2m", 2_097_152), ("3G", 3_221_225_472),
            ("4294967295", 4_294_967_295),
        ] as [(String, Int)])
    func sizes(text: String, bytes: Int) throws {
        #expect(try SizeValue.parse(text) == bytes)
    }

    @Test(
        "everything else is no size",
        arguments: [
            ("", .notANumber), ("k", .notANumber), ("-1", .notANumber), ("1q", .unknownUnit("q")),
            ("1kb", .unknownUnit("kb")),
            ("4g", .tooLarge), ("99999999999999999999", .tooLarge), ("18446744073709551615g", .tooLarge),
        ] as [(String, SizeValue.Failure)])
    func wrong(text: String, failure: SizeValue.Failure) {
        #expect(throws: failure) { try SizeValue.parse(text) }
    }
}

@Suite("Addresses")
struct AddressTests {
    @Test("IPv4 addresses have four numbers", arguments: ["127.0.0.1", "0.0.0.0", "255.255.255.255"])
    func ipv4(text: String) {
        #expect(IPAddressText.ipv4(text) == text)
    }

    @Test(
        "everything else is no IPv4 address",
        arguments: ["", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1..2.3", "01.2.3.4", "a.b.c.d", "1.2.3.+4"])
    func notIPv4(text: String) {
        #expect(IPAddressText.ipv4(text) == nil)
    }

    @Test("IPv6 addresses are brought to their shortest form")
    func ipv6() {
        #expect(IPAddressText.ipv6("2001:DB8:0:0:0:0:0:1") == "2001:db8::1")
        #expect(IPAddressText.ipv6("::") == "::")
        #expect(IPAddressText.ipv6("::ffff:127.0.0.1") == "::ffff:127.0.0.1")
        #expect(IPAddressText.ipv6(":::") == nil)
        #expect(IPAddressText.ipv6("fe80::1%eth0") == nil)
        #expect(IPAddressText.ipv6("127.0.0.1") == nil)
        #expect(IPAddressText.ipv6("::1\0") == nil)
    }

    @Test(
        "an address is cut at its last colon",
        arguments: [
            (":80", .host("", family: .any, port: "80")), ("*:80", .host("*", family: .any, port: "80")),
            ("1.2.3.4", .host("1.2.3.4", family: .any, port: nil)), ("::1:80", .host("::1", family: .any, port: "80")),
            (":::80", .host("::", family: .any, port: "80")), ("[::1]:80", .host("::1", family: .ipv6, port: "80")),
            ("[::1]", .host("::1", family: .ipv6, port: nil)), ("ipv6@:80", .host("", family: .ipv6, port: "80")),
            ("ipv4@name:80", .host("name", family: .ipv4, port: "80")),
            ("name:", .host("name", family: .any, port: "")),
            ("[::1]x", .host("[::1]x", family: .any, port: nil)), ("/run/x:1", .path("/run/x:1")),
            ("unix@/run/x", .path("/run/x")),
            ("unix@x", .path("x")), ("abns@x", .abstract("x")), ("fd@3", .descriptor("3")),
        ] as [(String, AddressText.Form)])
    func cutting(text: String, form: AddressText.Form) {
        #expect(AddressText.parse(text) == form)
    }
}
