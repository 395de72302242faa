#include "config.h"

#include "trust/catalogue.h"

#include <string.h>

static const CatalogueEntry entries[] = {
    /* Files of this side */
    {"file-missing", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "A file that the connection or the command names does not exist.",
     "Correct the path."},
    {"file-unreadable", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "The file is there, but this user may not read it; certbot's folders belong to root alone.",
     "Give this user read access to the file."},
    {"file-empty", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "The file has no bytes. Many programs read it as \"nothing is trusted\" and say nothing.",
     "Write the file again."},
    {"file-wrong-kind", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "The file holds something else than is needed here: a key instead of a certificate, a "
     "request, a revocation list, PKCS#7, PKCS#12 or an OpenSSH key.",
     "Choose the file that this field needs."},
    {"file-der", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "The file is DER where the program that is to read it takes PEM only.",
     "Convert the file to PEM."},
    {"file-truncated", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "The file ends within a PEM block: there is a BEGIN line without its END line, or the last "
     "bytes are missing.",
     "Copy the file again completely."},
    {"pem-damaged", FINDING_WARNING, FINDING_SIDE_LOCAL,
     "The PEM is readable here but not everywhere: line breaks are missing, lines are indented or "
     "hold a literal \\n, or header lines stand in it; other programs cannot read it.",
     "Write the file anew with its line breaks; other programs refuse it as it is."},
    {"pem-trusted-label", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "The file has OpenSSL's own label TRUSTED CERTIFICATE, which other libraries pass over "
     "without a word.",
     "Write the file anew with `openssl x509 -in FILE -out NEW`, without -trustout."},
    {"file-several-keys", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "The file holds more than one private key, so that it is not clear which one is meant.",
     "Keep exactly one key in the file."},
    {"ca-file-no-anchor", FINDING_ERROR, FINDING_SIDE_TRUST,
     "Not one certificate could be read from the CA file, so nothing at all would be trusted.",
     "Give the file of the CA certificate."},
    {"file-wrong-role", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "The file is another one of the same set: chain.pem given as the certificate, cert.pem as the "
     "CA file, and the like.",
     "Use the other file of the set."},
    {"leaf-not-first", FINDING_ERROR, FINDING_SIDE_CLIENT,
     "The first certificate of the file is not the one that belongs to the key.",
     "Put the certificate that belongs to the key first in the file."},
    {"file-stale-copy", FINDING_WARNING, FINDING_SIDE_LOCAL,
     "A newer certificate of the same name lies beside the one that is used.",
     "Use the newer copy."},
    {"certificate-duplicate", FINDING_INFO, FINDING_SIDE_SERVER,
     "The same certificate occurs twice.", "Harmless; remove one copy."},
    {"key-world-readable", FINDING_WARNING, FINDING_SIDE_CLIENT,
     "Other users of this machine can read the private key.",
     "Take the rights of other users away: `chmod 600 FILE`."},
    {"pkcs11-object-missing", FINDING_ERROR, FINDING_SIDE_CLIENT,
     "The PKCS#11 token, its module or the object that the URI names was not found.",
     "Check that the token is present and the URI names an object on it."},
    /* Keys */
    {"key-mismatch", FINDING_ERROR, FINDING_SIDE_CLIENT,
     "The private key is not the one that the certificate was made for.",
     "Choose the key that the certificate was made with."},
    {"key-password-needed", FINDING_ERROR, FINDING_SIDE_CLIENT,
     "The private key is encrypted, and no password was given.", "Enter the password of the key."},
    {"key-password-wrong", FINDING_ERROR, FINDING_SIDE_CLIENT,
     "The password does not open the private key or the PKCS#12 file.",
     "Enter the right password of the key."},
    {"key-encryption-unsupported", FINDING_ERROR, FINDING_SIDE_CLIENT,
     "The private key is encrypted by a method that the TLS library does not know.",
     "Encrypt the key anew with `openssl pkcs8 -topk8 -v2 aes256`."},
    {"key-too-weak", FINDING_WARNING, FINDING_SIDE_SERVER,
     "The key of a certificate is shorter than is held to be safe: RSA below 2048 bits, a small "
     "curve, or DSA.",
     "Issue a new certificate with an RSA key of 2048 bits or more, or with P-256."},
    {"key-type-refused", FINDING_ERROR, FINDING_SIDE_CLIENT,
     "The broker asked for certificates of other key types than ours has.",
     "Use a key of a type that the broker accepts."},
    {"key-signature-refused", FINDING_ERROR, FINDING_SIDE_CLIENT,
     "The broker could not verify the signature that our key made: key and certificate differ, or "
     "the token is faulty.",
     "Check that key and certificate belong together and that the token works."},
    /* Chain content and order */
    {"chain-leaf-only", FINDING_ERROR, FINDING_SIDE_SERVER,
     "Only the certificate itself was sent or stands in the file; the intermediate that leads to "
     "the trusted root is missing.",
     "Configure the broker with the full chain: its certificate and every intermediate."},
    {"chain-gap", FINDING_ERROR, FINDING_SIDE_SERVER,
     "Within the chain one certificate is missing: the issuer of one of those that are there is "
     "nowhere.",
     "Add the missing certificate to the broker's chain."},
    {"client-chain-incomplete", FINDING_ERROR, FINDING_SIDE_CLIENT,
     "Our certificate file lacks the intermediate that issued our certificate, so that the broker "
     "may not find the way to its CA.",
     "Append the issuer's certificate to the certificate file, after the leaf."},
    {"chain-wrong-order", FINDING_WARNING, FINDING_SIDE_SERVER,
     "The certificates are not in the order that TLS wants: the leaf first, then each one's "
     "issuer. Strict clients refuse that.",
     "Put the leaf first, and each certificate before its issuer."},
    {"chain-unrelated", FINDING_WARNING, FINDING_SIDE_SERVER,
     "A certificate is there that is on no path of this chain.",
     "Remove the certificate from the chain."},
    {"chain-includes-root", FINDING_INFO, FINDING_SIDE_SERVER,
     "The chain holds the self-signed root. That does no harm, but nobody trusts it because it was "
     "sent.",
     "Harmless; the root may be left out, for trust comes only from the CA file."},
    {"issuer-key-differs", FINDING_ERROR, FINDING_SIDE_SERVER,
     "A certificate has the issuer's name but another key than the one that signed.",
     "Install the current certificate of the issuer."},
    {"chain-stale-intermediate", FINDING_ERROR, FINDING_SIDE_SERVER,
     "The leaf was renewed, and the intermediate beside it is the one of the old leaf.",
     "Install the leaf and the chain that was issued with it, together."},
    {"signature-invalid", FINDING_ERROR, FINDING_SIDE_SERVER,
     "The signature of a certificate is not one of the issuer's key: the certificate was damaged "
     "or altered.",
     "Copy the certificate again from its source: it is damaged or altered."},
    {"leaf-is-ca", FINDING_WARNING, FINDING_SIDE_SERVER,
     "The certificate at the head of the chain is a CA certificate.",
     "Issue a server certificate that is not a CA, or pin this one on purpose."},
    {"name-encoding-differs", FINDING_ERROR, FINDING_SIDE_SERVER,
     "Issuer's and subject's name say the same in different encodings, so that byte by byte they "
     "differ and strict programs find no issuer.",
     "Have the certificate issued again with the names encoded alike."},
    {"chain-too-long", FINDING_ERROR, FINDING_SIDE_SERVER,
     "There are more certificates, or more on one path, than are looked at.",
     "Send only the leaf and its intermediates."},
    {"chain-varies", FINDING_WARNING, FINDING_SIDE_SERVER,
     "The broker sends other certificates on other connections: its nodes are configured "
     "differently.",
     "Configure every node of the broker with the same chain."},
    {"sni-dependent", FINDING_WARNING, FINDING_SIDE_SERVER,
     "The broker sends another certificate when the connection does not name the host (SNI).",
     "Connect by the name that the certificate is for."},
    /* Dates */
    {"leaf-expired", FINDING_ERROR, FINDING_SIDE_SERVER, "The certificate's validity is over.",
     "Renew the certificate and reload the broker."},
    {"leaf-not-yet-valid", FINDING_ERROR, FINDING_SIDE_SERVER,
     "The certificate's validity has not begun by the clock of this machine.",
     "Check the clock of this machine, or wait until the certificate begins."},
    {"intermediate-expired", FINDING_ERROR, FINDING_SIDE_SERVER,
     "The validity of an intermediate certificate is over, or has not begun, although the leaf is "
     "fine.",
     "Replace the intermediate in the broker's chain by the current one."},
    {"anchor-expired", FINDING_ERROR, FINDING_SIDE_TRUST,
     "The validity of a trusted certificate is over, or has not begun.",
     "Replace the certificate in the CA file by the CA's current one."},
    {"client-expired", FINDING_ERROR, FINDING_SIDE_CLIENT,
     "The validity of our own certificate is over.",
     "Renew your certificate; brokers refuse it as it is."},
    {"client-not-yet-valid", FINDING_ERROR, FINDING_SIDE_CLIENT,
     "The validity of our own certificate has not begun.",
     "Check the clock, or use a certificate that begins earlier."},
    {"clock-wrong", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "The clock of this machine is so wrong that every certificate seems to start later.",
     "Set the clock of this machine."},
    {"broker-clock-wrong", FINDING_ERROR, FINDING_SIDE_BROKER,
     "The broker calls our certificate expired, although it is valid here: its clock is probably "
     "wrong.",
     "Check the date on the broker."},
    {"expires-soon", FINDING_INFO, FINDING_SIDE_SERVER,
     "The path ends within a short time, because its certificate that ends first does.",
     "Renew this certificate in time: all others last longer."},
    {"validity-long", FINDING_INFO, FINDING_SIDE_SERVER,
     "The certificate is valid for longer than the public rules allow.",
     "Nothing to do in a private PKI."},
    {"revocation-data-stale", FINDING_WARNING, FINDING_SIDE_TRUST,
     "The revocation list or OCSP answer is older than the time until which it was meant to be "
     "used.",
     "Fetch the revocation list again."},
    /* Names */
    {"name-mismatch", FINDING_ERROR, FINDING_SIDE_SERVER,
     "The name that was asked for is not among the names of the certificate.",
     "Connect by a name that the certificate is for, or issue it again with this one."},
    {"name-ip-not-listed", FINDING_ERROR, FINDING_SIDE_SERVER,
     "The connection goes to an IP address, and the certificate lists DNS names only, or other "
     "addresses.",
     "Connect by the DNS name, or issue the certificate again with this address."},
    {"name-no-san", FINDING_WARNING, FINDING_SIDE_SERVER,
     "The certificate has no subjectAltName, only a common name, which most programs ignore.",
     "Issue the certificate again with a subjectAltName."},
    {"name-wildcard-depth", FINDING_ERROR, FINDING_SIDE_SERVER,
     "The wildcard of the certificate stands for one label only; the name has more, or none in its "
     "place.",
     "Issue the certificate again with the full name."},
    {"name-wildcard-unusable", FINDING_ERROR, FINDING_SIDE_SERVER,
     "The wildcard is one that nobody has to accept: only a whole label at the left end may be "
     "\"*\".",
     "Issue the certificate again with the full name or a whole-label wildcard."},
    {"name-wrong-type", FINDING_ERROR, FINDING_SIDE_SERVER,
     "The name is in the certificate as an entry of the wrong type, such as an IP address as a DNS "
     "name.",
     "Issue the certificate again with the address as an IP entry."},
    {"name-idn", FINDING_ERROR, FINDING_SIDE_SERVER,
     "The name has letters beyond ASCII, and the certificate has it in another form.",
     "Use the xn-- form of the name."},
    {"name-override-wrong", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "The server name that the connection sets apart from the host is not a name of the "
     "certificate.",
     "Correct the server name in the connection."},
    {"name-local", FINDING_ERROR, FINDING_SIDE_SERVER,
     "The connection goes to localhost or to a name without a domain, and the certificate does not "
     "list it.",
     "Connect by a name that the certificate is for, or issue it again with this one."},
    {"client-name-missing", FINDING_WARNING, FINDING_SIDE_CLIENT,
     "The broker takes the user name out of our certificate, and it has no common name.",
     "Have the certificate issued with a common name."},
    /* CA flags, usage, constraints, policies */
    {"issuer-not-ca", FINDING_ERROR, FINDING_SIDE_SERVER,
     "A certificate issued others without being marked as a CA (basicConstraints CA:TRUE).",
     "Create the CA's certificate again with CA:TRUE."},
    {"pathlen-exceeded", FINDING_ERROR, FINDING_SIDE_SERVER,
     "A CA allows fewer CAs below itself than stand there, or the chain has more intermediates "
     "than were allowed.",
     "Issue from a CA that stands higher, or create the CA again with a larger path length."},
    {"issuer-no-certsign", FINDING_ERROR, FINDING_SIDE_SERVER,
     "The key usage of a CA does not allow it to sign certificates (keyCertSign).",
     "Create the CA's certificate again with keyCertSign and cRLSign."},
    {"server-usage-missing", FINDING_ERROR, FINDING_SIDE_SERVER,
     "The extended key usage of the broker's certificate lacks serverAuth.",
     "Issue the broker's certificate again for serverAuth."},
    {"client-usage-missing", FINDING_ERROR, FINDING_SIDE_CLIENT,
     "The extended key usage of our certificate lacks clientAuth; public CAs do not issue it any "
     "more.",
     "Ask your CA for a certificate for clientAuth."},
    {"intermediate-usage-narrow", FINDING_ERROR, FINDING_SIDE_SERVER,
     "A CA of the path is restricted to other purposes than the one that is asked for.",
     "Issue from a CA that is not restricted, or create it again without the restriction."},
    {"key-usage-no-signature", FINDING_WARNING, FINDING_SIDE_SERVER,
     "The key usage of the certificate lacks digitalSignature, which TLS 1.3 and ECDHE need.",
     "Issue the certificate again with digitalSignature."},
    {"name-constraints-violated", FINDING_ERROR, FINDING_SIDE_SERVER,
     "A CA of the path may issue for certain names only, and a certificate below it has another "
     "one.",
     "Issue the certificate from a CA that may issue for its names."},
    {"critical-extension-unknown", FINDING_ERROR, FINDING_SIDE_SERVER,
     "A certificate has an extension marked critical that is not known here; such a certificate "
     "must be refused.",
     "Have the certificate issued again without the extension, or not critical."},
    {"policies-unsupported", FINDING_ERROR, FINDING_SIDE_SERVER,
     "A certificate demands that certificate policies be processed in a way that is not done here.",
     "Ask the CA for a chain without critical policy extensions, or verify with `openssl "
     "verify -policy_check`."},
    {"certificate-v1", FINDING_ERROR, FINDING_SIDE_SERVER,
     "A certificate of the path is X.509 version 1, which cannot say whether it is a CA.",
     "Create the CA's certificate again as version 3 with CA:TRUE."},
    {"certificate-malformed", FINDING_ERROR, FINDING_SIDE_SERVER,
     "A certificate cannot be parsed, or its fields break the rules of their encoding.",
     "Ask the issuer for a sound certificate."},
    /* Signature strength */
    {"signature-weak", FINDING_ERROR, FINDING_SIDE_SERVER,
     "A certificate is signed with SHA-1, MD5 or another algorithm that can be forged.",
     "Have the certificate signed again with SHA-256."},
    {"issuer-key-weak", FINDING_WARNING, FINDING_SIDE_SERVER,
     "The key of an intermediate or of a root is shorter than is held to be safe.",
     "Renew the CA with an RSA key of 2048 bits or more, or with P-256."},
    {"strength-refused", FINDING_ERROR, FINDING_SIDE_CLIENT,
     "The broker refuses our certificate because key or signature are below its security level.",
     "Issue a stronger certificate rather than lower the broker's security level."},
    {"algorithm-unsupported", FINDING_ERROR, FINDING_SIDE_SERVER,
     "A key or signature is of an algorithm that one side does not know.",
     "Use a key type that both sides support."},
    /* Trust anchor and cross-signs */
    {"anchor-wrong", FINDING_ERROR, FINDING_SIDE_TRUST,
     "The chain is complete, but its root is not among what is trusted: the CA file is the wrong "
     "one.",
     "Use the CA file that holds the root of the broker's chain."},
    {"anchor-cross-signed", FINDING_WARNING, FINDING_SIDE_TRUST,
     "The trusted certificate is the copy of a root that another CA signed, not the self-signed "
     "one. OpenSSL's clients refuse that: unable to get issuer certificate.",
     "Replace the certificate in the CA file by the self-signed one of the same name and "
     "key."},
    {"anchor-intermediate", FINDING_WARNING, FINDING_SIDE_TRUST,
     "The trusted certificate is an intermediate. That is enough here; OpenSSL's clients want the "
     "self-signed root.",
     "Add the self-signed root to the CA file."},
    {"anchor-leaf", FINDING_WARNING, FINDING_SIDE_TRUST,
     "The trusted certificate is no CA but the server's own.",
     "Use the issuer of the server's certificate as CA file, or pin the certificate on "
     "purpose."},
    {"anchor-same-name", FINDING_ERROR, FINDING_SIDE_TRUST,
     "Two CAs have the same name and different keys; the one that is trusted did not issue the "
     "chain.",
     "Compare the fingerprints, and use the CA certificate that issued the broker's chain."},
    {"trust-setting-wrong", FINDING_ERROR, FINDING_SIDE_TRUST,
     "The CA of the chain is trusted by the other setting: it is in the system's store and not in "
     "the CA file, or the other way round.",
     "Switch the trust setting of the connection, or add the CA file."},
    {"trust-public-private-mixup", FINDING_ERROR, FINDING_SIDE_TRUST,
     "A public certificate was to be verified with a private CA file, or a private one with the "
     "system's trust store.",
     "Choose the system's trust store for a public certificate, a CA file for a private one."},
    {"self-signed-untrusted", FINDING_ERROR, FINDING_SIDE_TRUST,
     "The certificate is self-signed, and it is not among what is trusted.",
     "Save the certificate as trusted after comparing its fingerprint by another way."},
    {"interception-suspected", FINDING_ERROR, FINDING_SIDE_NETWORK,
     "The certificate was issued by a proxy or a virus scanner on the way, not by the broker's CA.",
     "Ask who runs the network: the connection is intercepted."},
    {"paths-differ", FINDING_INFO, FINDING_SIDE_SERVER,
     "More than one path leads from the certificate to something trusted, and not all of them are "
     "good, or they end on different dates.",
     "Nothing to do here."},
    {"anchor-legacy-expired", FINDING_ERROR, FINDING_SIDE_TRUST,
     "Only an old root is trusted, and it has expired; its successor is self-signed and has the "
     "same key as the cross-signed copy in the chain.",
     "Replace the expired root in the CA file by the self-signed successor; nothing on the "
     "broker needs to change."},
    /* Revocation */
    {"server-revoked", FINDING_ERROR, FINDING_SIDE_SERVER,
     "The CA has revoked a certificate of the broker's chain.", "Issue a new certificate."},
    {"client-revoked", FINDING_ERROR, FINDING_SIDE_CLIENT, "The CA has revoked our certificate.",
     "Request a new certificate."},
    {"broker-crl-suspected", FINDING_ERROR, FINDING_SIDE_BROKER,
     "The broker refuses our certificate although it is good here: its revocation list may be "
     "missing or out of date.",
     "Reload the revocation list of the broker."},
    {"crl-unusable", FINDING_WARNING, FINDING_SIDE_TRUST,
     "A revocation list cannot be used: another CA made it, its signature is wrong, or it is of a "
     "kind that is not processed. It says nothing about the certificate.",
     "Use the revocation list of the CA that issued the certificate."},
    {"staple-missing", FINDING_ERROR, FINDING_SIDE_SERVER,
     "The certificate demands a stapled OCSP answer, and the broker sent none.",
     "Enable OCSP stapling on the broker, or issue the certificate without must-staple."},
    {"staple-bad", FINDING_ERROR, FINDING_SIDE_SERVER,
     "The OCSP answer that the broker sent is out of date, about another certificate, or not "
     "signed by the CA.",
     "Restart the broker or fix its OCSP stapling."},
    /* Client accepted by the server? */
    {"client-cert-required", FINDING_ERROR, FINDING_SIDE_CLIENT,
     "The broker asks for a client certificate, and the connection has none.",
     "Fill in certificate and key."},
    {"client-cert-withheld", FINDING_WARNING, FINDING_SIDE_CLIENT,
     "The broker names the CAs that it accepts, and ours is not among them; programs that choose "
     "by themselves then send nothing.",
     "Use a certificate from a CA that the broker accepts."},
    {"client-ca-unknown", FINDING_ERROR, FINDING_SIDE_BROKER,
     "The broker does not know the CA of our certificate.",
     "Give the broker's administrator your CA certificate, or use a certificate from a CA "
     "that it knows."},
    {"client-partial-chain-refused", FINDING_ERROR, FINDING_SIDE_BROKER,
     "The broker knows only the intermediate that issued our certificate, or only the root, and "
     "does not take the chain as we send it.",
     "Send the intermediate too, or let the broker's administrator add it as CA."},
    {"client-refused", FINDING_ERROR, FINDING_SIDE_BROKER,
     "The broker refused our certificate without saying why.",
     "Look at the broker's log for the time of this connection."},
    {"client-cert-not-requested", FINDING_WARNING, FINDING_SIDE_BROKER,
     "A client certificate is configured, and the broker never asked for it: this is one-way TLS.",
     "Make the listener ask for a certificate (require_certificate, verify_peer)."},
    {"client-refused-late", FINDING_INFO, FINDING_SIDE_BROKER,
     "With TLS 1.3 the refusal of our certificate came after a handshake that looked like a "
     "success.",
     "Nothing to do for this; see the other finding."},
    {"client-reset", FINDING_ERROR, FINDING_SIDE_BROKER,
     "The broker cut the connection after our certificate instead of saying why it refused it.",
     "Look at the broker's log; it probably refused the certificate."},
    /* Negotiation */
    {"tls-version-mismatch", FINDING_ERROR, FINDING_SIDE_BROKER,
     "Both sides speak TLS, but no version in common.",
     "Allow a TLS version that both sides speak."},
    {"tls-no-cipher", FINDING_ERROR, FINDING_SIDE_BROKER,
     "Both sides speak TLS, but have no cipher suite in common.",
     "Allow an ECDHE AES-GCM suite that fits the broker's key on both sides."},
    {"tls-no-group", FINDING_ERROR, FINDING_SIDE_BROKER,
     "Both sides speak TLS, but have no key exchange group or signature scheme in common.",
     "Enable X25519 or P-256 on the side that you control."},
    {"tls-key-type-mismatch", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "The broker's certificate has a key of a type that this side's settings exclude.",
     "Allow both key types."},
    {"alpn-required", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "The port wants a protocol name (ALPN) in the handshake, and another one or none was sent.",
     "Set ALPN as the service asks (AWS IoT on port 443: x-amzn-mqtt-ca), or use port 8883."},
    {"sni-refused", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "The server knows no host of the name that was asked for (SNI).",
     "Set the server name to one from the broker's certificate."},
    {"psk-only", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "The listener takes pre-shared keys only, no certificates.",
     "Use another port: this one speaks TLS with pre-shared keys."},
    {"local-policy-forbids", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "The policy of this machine, or the connection's priority string, forbids what the connection "
     "needs.",
     "Change the priority string or this machine's policy."},
    {"tls-timeout", FINDING_ERROR, FINDING_SIDE_NETWORK,
     "The first message of TLS was never answered.",
     "Look for a firewall between here and the broker."},
    {"tls-reset", FINDING_ERROR, FINDING_SIDE_NETWORK,
     "The connection was cut at the first message of TLS.",
     "Check that the port is a TLS port, and what lies between."},
    {"tls13-intolerant", FINDING_ERROR, FINDING_SIDE_BROKER,
     "The broker fails with TLS 1.3 and works with TLS 1.2.",
     "Set the connection's TLS version to 1.2, and update the broker."},
    /* Port and transport mix-ups */
    {"port-plain-mqtt", FINDING_ERROR, FINDING_SIDE_NETWORK, "The port speaks MQTT without TLS.",
     "Use port 8883, or switch TLS off."},
    {"port-needs-tls", FINDING_ERROR, FINDING_SIDE_NETWORK,
     "The port speaks TLS, and MQTT was sent without it.", "Switch TLS on."},
    {"port-http", FINDING_ERROR, FINDING_SIDE_NETWORK, "The port is one of a web server.",
     "Use the port of the MQTT listener."},
    {"port-websocket", FINDING_ERROR, FINDING_SIDE_NETWORK,
     "The port speaks MQTT over WebSocket, and bare MQTT was sent.",
     "Use the broker's MQTT port (with TLS mostly 8883); this one is for wss:// clients."},
    {"port-no-websocket", FINDING_ERROR, FINDING_SIDE_NETWORK,
     "The port speaks bare MQTT, and WebSocket was asked for.",
     "Use mqtts:// or mqtt://, or the broker's WebSocket port."},
    {"port-other-service", FINDING_ERROR, FINDING_SIDE_NETWORK,
     "The port belongs to another service.", "Use the MQTT TLS port."},
    {"tls-terminated-by-proxy", FINDING_ERROR, FINDING_SIDE_NETWORK,
     "A proxy before the broker ends TLS, and it is its certificate that is seen.",
     "Use the names that the proxy's certificate is for, or fix its mode."},
    {"port-starttls", FINDING_ERROR, FINDING_SIDE_NETWORK,
     "The port belongs to a protocol that switches TLS on later (SMTP, IMAP, XMPP).",
     "Use the MQTT TLS port."},
    {"port-one-way", FINDING_WARNING, FINDING_SIDE_NETWORK,
     "The port does not ask for client certificates; the listener that does may be another one.",
     "Use the port of the two-way listener."},
    /* DNS and TCP */
    {"dns-unknown", FINDING_ERROR, FINDING_SIDE_NETWORK, "DNS does not know the host's name.",
     "Check the spelling, or use the address."},
    {"dns-failure", FINDING_ERROR, FINDING_SIDE_NETWORK,
     "The name server did not answer; certificates were never looked at.",
     "Check the network: the name server does not answer."},
    {"tcp-ipv6-dead", FINDING_WARNING, FINDING_SIDE_NETWORK,
     "The host's IPv6 address does not answer, its IPv4 address does.",
     "Remove the AAAA record or prefer IPv4."},
    {"tcp-refused", FINDING_ERROR, FINDING_SIDE_NETWORK, "Nothing listens on that port.",
     "Start the broker, or correct the port."},
    {"tcp-filtered", FINDING_ERROR, FINDING_SIDE_NETWORK, "The address does not answer at all.",
     "Look for a firewall that drops the packets."},
    {"tcp-unreachable", FINDING_ERROR, FINDING_SIDE_NETWORK, "There is no route to the address.",
     "Check VPN and network."},
    {"tcp-closed-at-once", FINDING_ERROR, FINDING_SIDE_NETWORK,
     "The connection was accepted and closed again before the first byte.",
     "Check the broker's connection limit and allow-list, and the proxy before it."},
    {"dns-wrong-host", FINDING_ERROR, FINDING_SIDE_NETWORK,
     "The name leads to an address whose certificate is for another site: the DNS entry or the "
     "hosts file is out of date.",
     "Correct the DNS entry or the hosts file."},
    {"tcp-idle-drop", FINDING_WARNING, FINDING_SIDE_NETWORK,
     "The connection ends whenever it was quiet for some time: something between drops it.",
     "Set the keepalive below the time after which the connection ends."},
    /* MQTT */
    {"mqtt-bad-credentials", FINDING_ERROR, FINDING_SIDE_BROKER,
     "The broker refuses the user name or the password.", "Correct user name or password."},
    {"mqtt-not-authorized", FINDING_ERROR, FINDING_SIDE_BROKER,
     "TLS and certificate were accepted; the broker's rules refuse this client.",
     "Let the broker's rules allow this client, or use another identity."},
    {"mqtt-version-refused", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "The broker does not speak this version of MQTT.", "Set the other MQTT version."},
    {"mqtt-client-id-refused", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "The broker refuses the client id; some want it to be the certificate's common name.",
     "Choose another client id."},
    {"mqtt-server-unavailable", FINDING_ERROR, FINDING_SIDE_BROKER,
     "The broker is there, but busy, shutting down or over its quota.",
     "Try later, or ask the broker's administrator."},
    {"mqtt-session-taken-over", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "Another client connects with the same client id, and each throws the other out.",
     "Give every client an id of its own."},
    {"mqtt-subscribe-refused", FINDING_WARNING, FINDING_SIDE_BROKER,
     "The broker's access rules refuse a subscription.",
     "Let the broker's access rules allow the subscription."},
    {"mqtt-publish-refused", FINDING_WARNING, FINDING_SIDE_BROKER,
     "The broker's access rules refuse a message, or drop it.",
     "Let the broker's access rules allow publishing."},
    {"mqtt-closed-after-connect", FINDING_ERROR, FINDING_SIDE_BROKER,
     "The broker closed the connection after the handshake or after CONNECT without an answer, as "
     "services do that have no policy for this certificate, brokers that do not know MQTT 5, and "
     "proxies that do not reach their broker.",
     "Try MQTT 3.1.1, and attach a policy that allows this client id to the certificate; the broker's "
     "log says more."},
    {"mqtt-identity-mapped", FINDING_ERROR, FINDING_SIDE_BROKER,
     "The broker takes the user name from the certificate, and user name or password disagree with "
     "it.",
     "Remove user name and password here, or create that user on the broker."},
    {"mqtt-packet-too-large", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "A packet is larger than the broker takes, or malformed.",
     "Send smaller packets, or raise the broker's limit."},
    {"mqtt-refused-other", FINDING_ERROR, FINDING_SIDE_BROKER,
     "The broker refused for another reason, which it named.",
     "See the reason that the broker gave."},
    /* Anything else */
    {"unknown", FINDING_ERROR, FINDING_SIDE_LOCAL,
     "Something went wrong that has no code of its own; the evidence holds the words of the "
     "library that saw it.",
     "Look at the evidence, and at the broker's log for the time of this connection."},
};

/* Each group's title, and its first code. */
static const struct {
  const char *title, *code;
} groups[] = {
    {"Files", "file-missing"},
    {"Keys", "key-mismatch"},
    {"Chains", "chain-leaf-only"},
    {"Dates", "leaf-expired"},
    {"Names", "name-mismatch"},
    {"CAs, usage, constraints and policies", "issuer-not-ca"},
    {"Strength of signatures", "signature-weak"},
    {"Trust", "anchor-wrong"},
    {"Revocation", "server-revoked"},
    {"Our certificate at the broker", "client-cert-required"},
    {"TLS negotiation", "tls-version-mismatch"},
    {"Ports and protocols", "port-plain-mqtt"},
    {"DNS and TCP", "dns-unknown"},
    {"MQTT", "mqtt-bad-credentials"},
    {"Anything else", "unknown"},
};

const CatalogueEntry *
catalogue_find(const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS(entries); i++)
    if (!strcmp(entries[i].code, code))
      return &entries[i];
  return NULL;
}

const char *
catalogue_group(const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS(groups); i++)
    if (!strcmp(groups[i].code, code))
      return groups[i].title;
  return NULL;
}

const CatalogueEntry *
catalogue_entries(gsize *count)
{
  *count = G_N_ELEMENTS(entries);
  return entries;
}
