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
        #expect(!PasswordHash.isEqual([UInt8](), [UInt8(0)]))
        #expect(PasswordHash.isEqual([UInt8](), [UInt8]()))
    }

    /// Bytes that count how often one of them is looked at.
    private struct CountedBytes: RandomAccessCollection {
        final class Count {
            var looks = 0
        }

        let bytes: [UInt8]
        let count: Int
        let looks = Count()
        let startIndex = 0
        var endIndex: Int { count }

        init(_ text: String) {
            bytes = Array(text.utf8)
            count = bytes.count
        }

        subscript(index: Int) -> UInt8 {
            looks.looks += 1
            return bytes[index]
        }
    }

    @Test("however far a guess is right, and whatever it is compared with, as much is looked at")
    func constantTime() {
        func looks(secret: String, guess: String) -> [Int] {
            let (secret, guess) = (CountedBytes(secret), CountedBytes(guess))
            _ = PasswordHash.isEqual(secret, guess)
            return [secret.looks.looks, guess.looks.looks]
        }
        for guess in ["correct!", "xorrect!", "correcx!", "correct?", "xxxxxxxx"] {
            #expect(looks(secret: "correct!", guess: guess) == [8, 8], "\(guess)")
            #expect(looks(secret: "a longer secret", guess: guess) == [8, 8], "\(guess)")
            #expect(looks(secret: "s", guess: guess) == [8, 8], "\(guess)")
        }
    }
}
