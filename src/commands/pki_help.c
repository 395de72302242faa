#include "config.h"

#include "commands/pki_options.h"

#define CA_OPTIONS                                                                                 \
  "      --ca FILE            the CA's certificate, or its pkcs11: URI; the CAs\n"               \
  "                           above it may follow in FILE\n"                                     \
  "      --ca-key FILE        its key, or its pkcs11: URI (default: in that file,\n"          \
  "                           or beside it as NAME.key)\n"                                          \
  "      --ca-password-file FILE, --ca-password-command COMMAND\n"                                 \
  "                           what opens it (default: asks on the terminal)\n"

#define KEY_OPTIONS                                                                                \
  "      --key-type TYPE      ecdsa-p256 (default), ecdsa-p384, rsa-2048, rsa-3072,\n"           \
  "                           rsa-4096 or ed25519\n"                                             \
  "      --key FILE           a key that is there already, or its pkcs11: URI\n"                 \
  "      --password-file FILE, --password-command COMMAND, --password-prompt\n"                    \
  "                           the key's password: a new key is encrypted with it\n"

#define DATE_OPTIONS                                                                               \
  "      --days N             how long it is valid, from now\n"                                  \
  "      --not-before TIME, --not-after TIME\n"                                                    \
  "                           exactly: 2027-01-31, or 2027-01-31T12:00:00Z\n"

#define NAME_OPTIONS                                                                               \
  "      --san NAME           a name: DNS:..., IP:..., email:..., URI:...; may be\n"             \
  "                           repeated, and the kind may be left out\n"

#define PKCS12_OPTIONS                                                                             \
  "      --pkcs12             also NAME.p12: certificate, its issuers and the key\n"             \
  "      --pkcs12-password-file FILE, --pkcs12-password-command COMMAND\n"                         \
  "                           its password (default: the key's)\n"

#define FILE_OPTIONS                                                                               \
  "  -o, --output DIR         the folder to write to, made if need be (default: .)\n"            \
  "      --name NAME          the files' name without ending\n"                                  \
  "      --force              replaces files that are there\n"                                   \
  "      --json               prints one JSON object\n"                                          \
  "      --help               prints this\n"

#define EXIT_LINE                                                                                  \
  "\nExit status: 0 written, 1 refused because a CA must not sign this, 2 usage, or a\n"           \
  "file that cannot be read or written. See mqtrust-pki(1).\n"

static const char all[] =
    "usage: mqtrust pki ca|client|server|request|sign|renew [OPTION]... ARGUMENT\n"
    "\n"
    "Makes keys and certificates for two-way TLS, in the form that brokers and strict\n"
    "clients ask for, and judges each before it is written.\n"
    "\n"
    "  ca SUBJECT         a CA: of its own, or below another one (--ca)\n"
    "  client SUBJECT     a key and a client's certificate\n"
    "  server SUBJECT     a key and a server's certificate\n"
    "  request SUBJECT    a key and a request for a CA elsewhere\n"
    "  sign REQUEST       a certificate for somebody's request\n"
    "  renew CERTIFICATE  a new certificate with the same subject and names\n"
    "\n"
    "SUBJECT is CN=Client,O=\"Test Org\",C=US or the like, or a common name alone. Each\n"
    "has its --help.\n"
    "\n"
    "Example, from nothing to a client:\n"
    "  mqtrust pki ca --name client-ca \"CN=Test CA,O=Test Org,C=US\"\n"
    "  mqtrust pki client --ca client-ca.pem CN=Client\n" EXIT_LINE;

static const char *const verbs[PKI_VERBS] = {
    [PKI_VERB_CA] =
        "usage: mqtrust pki ca [OPTION]... SUBJECT\n"
        "\n"
        "Makes a CA: NAME.pem and NAME.key. Without --ca it signs itself (a root).\n"
        "\n" CA_OPTIONS KEY_OPTIONS DATE_OPTIONS
        "                           (default: 3650 days)\n"
        "      --path-length N      so many CAs may stand below it (default: any\n"
        "                           number below a root, none below another one)\n" NAME_OPTIONS
            PKCS12_OPTIONS FILE_OPTIONS "\nExample:\n"
        "  mqtrust pki ca --name client-ca \"CN=Test CA,O=Test Org,C=US\"\n" EXIT_LINE,
    [PKI_VERB_CLIENT] =
        "usage: mqtrust pki client --ca FILE [OPTION]... SUBJECT\n"
        "\n"
        "Makes a client's key and certificate: NAME.key, and NAME.pem with the\n"
        "intermediates behind it.\n"
        "\n" CA_OPTIONS KEY_OPTIONS DATE_OPTIONS
        "                           (default: 365 days)\n" NAME_OPTIONS PKCS12_OPTIONS
            FILE_OPTIONS "\nExample:\n"
        "  mqtrust pki client --ca client-ca.pem CN=Client\n" EXIT_LINE,
    [PKI_VERB_SERVER] =
        "usage: mqtrust pki server --ca FILE [OPTION]... SUBJECT\n"
        "\n"
        "Makes a server's key and certificate: NAME.key, and NAME.pem with the\n"
        "intermediates behind it. A common name that is a host is among its names.\n"
        "\n" CA_OPTIONS KEY_OPTIONS DATE_OPTIONS
        "                           (default: 365 days)\n" NAME_OPTIONS PKCS12_OPTIONS
            FILE_OPTIONS "\nExample:\n"
        "  mqtrust pki server --ca ca.pem --san 192.0.2.1 mqtt.example.com\n" EXIT_LINE,
    [PKI_VERB_REQUEST] =
        "usage: mqtrust pki request [OPTION]... SUBJECT\n"
        "\n"
        "Makes a key and a request (PKCS#10) for a CA elsewhere: NAME.key and\n"
        "NAME.csr.\n"
        "\n"
        "      --as ROLE            asks to be a client, a server, both or a ca\n" KEY_OPTIONS
            NAME_OPTIONS FILE_OPTIONS "\nExample:\n"
        "  mqtrust pki request --as client \"CN=Client,O=Test Org\"\n" EXIT_LINE,
    [PKI_VERB_SIGN] =
        "usage: mqtrust pki sign --ca FILE --as ROLE [OPTION]... REQUEST\n"
        "\n"
        "Makes a certificate for a request (PKCS#10), whatever made that: NAME.pem.\n"
        "Of the request its key is taken, and its subject; not what it wants to be.\n"
        "\n" CA_OPTIONS "      --as ROLE            client, server, both or ca\n"
        "      --subject SUBJECT    instead of the request's\n"
        "      --copy-names         the names that the request asks for\n" NAME_OPTIONS
            DATE_OPTIONS "                           (default: 365 days; of a CA 3650)\n"
        "      --path-length N      of a CA: so many may stand below it (default: "
        "0)\n" FILE_OPTIONS "\nExample:\n"
        "  mqtrust pki sign --ca client-ca.pem --as client device.csr\n" EXIT_LINE,
    [PKI_VERB_RENEW] =
        "usage: mqtrust pki renew [--ca FILE] [OPTION]... CERTIFICATE\n"
        "\n"
        "Makes a new certificate with the subject, the names and, unless --new-key\n"
        "is given, the key of an old one: NAME.pem. A root signs itself.\n"
        "\n" CA_OPTIONS "      --new-key            with a new key, NAME.key\n" KEY_OPTIONS
        "      --as ROLE            client, server or both, for one that does not\n"
        "                           say what it is for\n" NAME_OPTIONS DATE_OPTIONS
        "                           (default: as many days as the old one)\n" PKCS12_OPTIONS
            FILE_OPTIONS "\nExample:\n"
        "  mqtrust pki renew --ca client-ca.pem -o new client.pem\n" EXIT_LINE,
};

const char *
pki_help(PkiVerb verb)
{
  return verbs[verb];
}

const char *
pki_help_all(void)
{
  return all;
}
