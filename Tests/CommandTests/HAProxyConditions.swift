/// Conditions, by what HAProxy 2.6.12 answered to each (with `HOME=/root` and a `PATH`).
enum HAProxyConditions {
    /// They hold: exit code 0.
    static let holding = [
        "ssllib_name_startswith(OpenSSL)", "ssllib_name_startswith()", "openssl_version_atleast(1.1.1a)",
        "openssl_version_atleast(3.0.0)", "openssl_version_atleast(3.0.0-beta1)", "openssl_version_before(3.1.0)",
        "1", "-1", "01", "+1", " 1", "1 ", "!0", "!!1", "1&&1", "1||0", "1 && (0 || 1)", "(1)", "( 1 )",
        "version_atleast(2.6)", "version_atleast(2.6.12)", "version_atleast(2.6-dev5)", "version_atleast(2)",
        "version_atleast()", "version_atleast", "version_atleast(abc)", "version_atleast(2.6.12-rc1)",
        "version_before(2.7)", "version_before(2.6.12-1)", "version_before(2.6.13-dev1)", "version_before(2.6.12-2)",
        "version_atleast( 2.6)", #"version_atleast("2.6")"#, "version_atleast('2.6')", "feature(EPOLL)", "feature()",
        "feature", "defined(PATH)", "streq(a,a)", #"streq("a",a)"#, "streq(,)", "streq( a , a )", "streq('a','a')",
        #"streq("a b","a b")"#, #"streq('"a,b"','"a,b"')"#, #"streq(\"a\",\"a\")"#, #"streq(a\ b,"a b")"#,
        #"streq("x"y,xy)"#, #"streq("$HOME",/root)"#, #"streq("${HOME}",/root)"#, #"streq("${NOSUCH}","")"#,
        #"streq("$NOSUCH",)"#, #"streq("${HOME-x}",/root)"#, #"streq("${NOSUCH-x}",x)"#, "streq('$HOME','$HOME')",
        #"streq("\$HOME",'$HOME')"#, "strneq(a,b)", "!streq(a,b)", "!(streq(a,b))", "streq(a,a) && strneq(a,b)",
        "streq(a,a)&&strneq(a,b)||0", "99999999999999999999999", "0x1", "0x10", "0X1", "07", "010", "(1)&&(1)",
        "0&&0||1", "1||0&&0", "version_atleast(2.6.11-100)", "version_atleast(2.6.12-0)", "version_atleast(v2.6)",
        "version_atleast(2.6.)", "version_atleast(2..12)", "version_atleast(2.6-dev)", "version_atleast(2.6.12-dev3)",
        "version_atleast(2.6.12-dev3-4)", "version_atleast(2.6.0.0)", "version_atleast(0)",
        "version_before(99999999)", "version_atleast(2.6.12-pre1)", "version_atleast(2.6.12+x)", #""1""#, #""1""0""#,
        #"1\ "#, "(1 && 0) || (1 && 1)", "!1 || 1", "!(0) && !(0)", "( ( 1 ) )", "streq(é,é)", #"streq(a\nb,"a\nb")"#,
        #"streq(\x41,A)"#, #"streq("\x41",A)"#, "streq(a(b,a(b)", "1\t&&\t1", "version_atleast(2.6.12-1+deb12u3)",
        #"streq(\\ a," a")"#, #"streq(\\\\a,\\\\a)"#, #"strneq(\\n,n)"#, #"streq(\\n,\n)"#, #"streq(\\q,\q)"#,
        #"strneq("\"a\\qb\"","\"aqb\"")"#, #"streq(\xc3\xa9,é)"#, #"streq("a\ b","a b")"#, ##"streq("a\#b",a\#b)"##,
    ]

    /// They do not: exit code 1.
    static let failing = [
        "ssllib_name_startswith(openssl)", "ssllib_name_startswith(LibreSSL)", "openssl_version_before(1.1.1)",
        "", "0", "00", "  0  ", "!1", "! 1", "! ! 0", "1 && 0", "0 || 0", "0 || 1 && 0", "((0))",
        "version_atleast(2.6.13)", "version_atleast(2.6.12-1)", "version_atleast(2.6.12-2)",
        "version_atleast(2.7-dev0)", "version_atleast(3)", "version_atleast(2.6.12.1)", "version_before(2.6)",
        "version_before(2.6.12)", "version_before( 2.7 )", "feature(openssl)", "feature(QUIC)", "feature(NOSUCH)",
        "feature(-QUIC)", "feature(+EPOLL)", "feature(EPOL)", "feature( EPOLL)", "defined(NOSUCHVAR)", "defined()",
        "defined", "defined(PATH )", "defined( PATH)", "streq(a,b)", "streq(a,)", "streq(a, a)",
        #"streq("\"a,b\"",x)"#, "streq($HOME,/root)", "streq('$HOME',/root)", "strneq(a,a)", "defined(A-B)", "0x0",
        "-0", "!(1)&&1", "!0&&0", "version_before(2.6.12-0)", "version_before(2.6.12-dev3)",
        "version_atleast(2.6.12-abcdef-1)", "version_atleast(2.6.12-1-1)", "version_before(2.6.12-pre1)",
        "'streq(a,b)'", "1&&(0)", "!(1 || 1) || 0", #"streq(\q,q)"#, #"streq(a\\,b)"#, #"streq(\\\",a)"#,
        #"streq(a,a\\)"#, #"streq(\\x41,A)"#,
    ]

    /// They cannot be read: exit code 2.
    static let unreadable = [
        "openssl_version_atleast(3)", "openssl_version_atleast()",
        "12abc", "1abc", "!", "1&0", "()", "(1", "1)", "(1))", "1 1", "foo", "foo(1)", "version_atleast(2.6,1)",
        "defined(PATH,x)", "defined(A)(B)", "streq(a)", "streq()", "streq", "streq(a,a,a)", #"streq(a\,b,"a,b")"#,
        "strneq(a,b,c)", "streq (a,a)", "streq(a,a)x", "streq(a)a,a)", "1 && foo", "0 && foo", "1 || foo",
        "0 && (foo)", "0 || foo", "1 &&", "&& 1", "1 & & 1", "1 || ", "|| 1", "1 | 1", "true", "false",
        #"streq("a,a)"#, "streq(a,a", "streq('a,a)", #"streq("${A",x)"#, #"streq("${",x)"#, #"streq("$-",x)"#,
        #"streq("a\",a)"#, "1.5", "0x", "08", "+", "-", "--1", "+-1", "(1) (1)", "1 # foo", "1#",
        "version_atleast()x", "version_atleast x", "version_atleast 1", #""1" "1""#, #"\1"#, "1 &&1||", " && ",
        "((1)", "1 -", "0 1", "%", "streq(a)b", "streq(a,b)(", "1(", "!1)", "streq(((,((", "streq((a),(a))",
        #"streq(a\\,b,"a,b")"#, #"streq(a\\)b,c)"#, #"strneq(\x4,\x4)"#, #"streq(\x,x)"#, #"streq(a\\"#,
        #"streq('a\\,b',x)"#, #"streq("a\'b","a'b")"#,
    ]

    static var all: [(text: String, code: Int32)] {
        holding.map { ($0, 0) } + failing.map { ($0, 1) } + unreadable.map { ($0, 2) }
    }
}
