import EventLoop
import Testing

@Suite("passwords as crypt(3) keeps them")
struct PasswordHashTests {
    // Made with Python's crypt module.
    @Test(
        "the right password matches, and no other",
        arguments: [
            ("adapw", "$5$rounds=1000$abcdefgh$t9Mrb.wBKIzaKNWjQvXmYkOsbj2VOQqc1SmVKezGU16"),
            ("ddpw", "$1$salt1234$Ifef13uM5XWphXtVnTaKc."),
        ])
    func matches(password: String, hash: String) {
        #expect(PasswordHash.matches(password, hash))
        for guess in ["", "x", password + "x", password + "\0", String(password.dropLast())] {
            #expect(!PasswordHash.matches(guess, hash), "\(guess)")
        }
    }

    @Test("a hash that nobody knows how to make matches nothing", arguments: ["", "*", "!", "$zz$x$y", "plain text"])
    func unknown(hash: String) {
        #expect(!PasswordHash.matches("", hash))
        #expect(!PasswordHash.matches("plain text", hash))
    }

    @Test("texts are equal only when all of them is")
    func equality() {
        #expect(PasswordHash.isEqual(Array("secret".utf8), Array("secret".utf8)))
        #expect(!PasswordHash.isEqual(Array("secret".utf8), Array("secre".utf8)))
        #expect(!PasswordHash.isEqual(Array("secret".utf8), Array("secretsecret".utf8)))
        #expect(!PasswordHash.isEqual([], [0]))
        #expect(PasswordHash.isEqual([], []))
    }
}
