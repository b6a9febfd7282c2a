extension CommandTableOfWalk {
    /// What shows and changes certificates, and the lists and folders that have them.
    static let certificates = CommandTableOfWalk(
        "certificates and lists of them",
        #"""
        show ssl crt-list
        show ssl crt-list FOLDER/crtlist
        show ssl crt-list -n FOLDER/crtlist
        show ssl crt-list -n FOLDER/certs/
        show ssl crt-list -n
        show ssl crt-list nosuch
        user;show ssl crt-list
        show ssl cert
        add ssl crt-list
        add ssl crt-list FOLDER/crtlist
        add ssl crt-list nosuch x
        add ssl crt-list FOLDER/crtlist nosuch
        add ssl crt-list FOLDER/crtlist FOLDER/one.pem
        show ssl crt-list -n FOLDER/crtlist
        operator;add ssl crt-list FOLDER/crtlist FOLDER/one.pem
        new ssl cert
        operator;new ssl cert c.pem
        new ssl cert c.pem
        new ssl cert c.pem
        new ssl cert FOLDER/one.pem
        show ssl cert
        show ssl cert c.pem
        add ssl crt-list FOLDER/crtlist c.pem
        commit ssl cert c.pem
        set ssl cert c.pem
        set ssl cert c.pem <<\nfoo\n
        set ssl cert c.pem <<\nPEM(c)
        del ssl cert c.pem
        show ssl cert
        show ssl cert *c.pem
        commit ssl cert c.pem
        show ssl cert c.pem
        add ssl crt-list FOLDER/crtlist c.pem
        show ssl crt-list -n FOLDER/crtlist
        show ssl cert c.pem
        del ssl cert c.pem
        add ssl crt-list FOLDER/crtlist <<\nc.pem [verify none] foo.test !bar.test\n
        add ssl crt-list FOLDER/crtlist <<\nc.pem [nosuch] foo.test\n
        add ssl crt-list FOLDER/crtlist <<\nc.pem foo\nc.pem bar\n
        add ssl crt-list FOLDER/crtlist c.pem <<\nc.pem\n
        show ssl crt-list -n FOLDER/crtlist
        del ssl crt-list
        del ssl crt-list FOLDER/crtlist
        del ssl crt-list nosuch x
        del ssl crt-list FOLDER/crtlist nosuch
        del ssl crt-list FOLDER/crtlist c.pem
        del ssl crt-list FOLDER/crtlist c.pem:0
        del ssl crt-list FOLDER/crtlist c.pem:99
        del ssl crt-list FOLDER/crtlist c.pem:x
        del ssl crt-list FOLDER/crtlist FOLDER/one.pem:2
        del ssl crt-list FOLDER/crtlist FOLDER/certs/a.pem
        del ssl crt-list FOLDER/crtlist FOLDER/one.pem:5
        operator;del ssl crt-list FOLDER/crtlist c.pem:7
        show ssl crt-list -n FOLDER/crtlist
        add ssl crt-list FOLDER/certs c.pem
        add ssl crt-list FOLDER/certs FOLDER/certs/c.pem
        add ssl crt-list FOLDER/certs <<\nc.pem foo\n
        add ssl crt-list FOLDER/certs/ FOLDER/certs/b.pem
        del ssl crt-list FOLDER/certs FOLDER/certs/a.pem
        del ssl crt-list FOLDER/certs FOLDER/certs/b.pem
        show ssl crt-list FOLDER/certs
        del ssl cert FOLDER/certs/b.pem
        new ssl cert FOLDER/certs/c.pem
        set ssl cert FOLDER/certs/c.pem <<\nPEM(c)
        commit ssl cert FOLDER/certs/c.pem
        add ssl crt-list FOLDER/certs FOLDER/certs/c.pem
        add ssl crt-list FOLDER/certs/ FOLDER/certs/c.pem
        show ssl crt-list FOLDER/certs/
        new ssl cert z
        del ssl cert z
        del ssl cert z
        del ssl cert
        user;del ssl cert z
        new ssl cert z
        set ssl cert z <<\nPEM(c)
        del ssl cert z
        abort ssl cert z
        del ssl cert z
        show ssl cert
        """#)
}
