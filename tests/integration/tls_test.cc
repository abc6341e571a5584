// TLS and client certificates, made by OpenSSL. The numbers are those of the catalogue of faults.
#include <atomic>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/fakes/certificates.h"
#include "tests/integration/caller_files.h"
#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

using fakes::Certificate;
using fakes::CertificateAuthority;
using fakes::CertificateSpec;
using std::chrono::hours;
using std::chrono::milliseconds;

class TlsTest : public DaemonTest {
 protected:
  // The settings of a daemon whose certificate is of `authority_`; `more`: lines of YAML.
  std::string TlsSettings(const CertificateSpec& spec, std::string_view more = "") {
    WriteCertificate(authority_.Issue(spec));
    return fmt::format(
        "tls_certificate: {0}/server.pem\ntls_key: {0}/server.key\n{1}",
        files_.directory().string(),
        more
    );
  }

  // Callers need certificates of `clients_`.
  std::string MutualSettings(std::string_view more = "") {
    const std::string ca = files_.Write("clients.pem", clients_.certificate(), 0644);
    return TlsSettings({}, fmt::format("tls_client_ca: {}\n{}", ca, more));
  }

  void WriteCertificate(const Certificate& certificate) {
    files_.Write("server.pem", certificate.certificate, 0644);
    files_.Write("server.key", certificate.key);
  }

  void StartTls(const std::string& settings) {
    Start(settings);
    acme.ReplyByDefault(ToolAnswer(kAda));
  }

  Client Connect(const Certificate& shown = {}) const {
    return Client({
        .address = daemon->address(),
        .timeout = std::chrono::seconds(20),
        .tls =
            TlsOptions{
                .authorities = authority_.certificate(),
                .certificate = shown.certificate,
                .key = shown.key,
            },
    });
  }

  // "OK", the reason of the daemon, or the code if it never got that far.
  static std::string Outcome(Client client) {
    const auto result = client.Extract(PersonRequest());
    if (result.ok()) return "OK";
    if (!result.failure().reason.empty()) return result.failure().reason;
    return result.failure().code == grpc::StatusCode::UNAVAILABLE ? "no connection" : "other";
  }

  Certificate Shown(std::string names, CertificateSpec spec = {}) const {
    spec.names = std::move(names);
    return clients_.Issue(spec);
  }

  std::string StartProblems(const std::string& settings) {
    options.yaml = Yaml(settings, "");
    const fakes::DaemonProcess refused(options);
    EXPECT_FALSE(refused.serving());
    return refused.Log();
  }

  CallerFiles files_;
  CertificateAuthority authority_;  // of the daemon
  CertificateAuthority clients_;
};

TEST_F(TlsTest, ServesOverTlsOnly) {
  StartTls(TlsSettings({}));
  EXPECT_EQ(Outcome(Connect()), "OK");
  EXPECT_EQ(Outcome(Client({.address = daemon->address()})), "no connection");
  const CertificateAuthority other;
  EXPECT_EQ(
      Outcome(Client(
          {.address = daemon->address(), .tls = TlsOptions{.authorities = other.certificate()}}
      )),
      "no connection"
  );
  EXPECT_TRUE(Client({.address = daemon->socket_address()}).Extract(PersonRequest()).ok())
      << "a Unix socket needs no TLS";
  EXPECT_GT(daemon->Metric("extractd_tls_certificate_not_after_seconds"), 1.7e9);
}

TEST_F(TlsTest, CertificatesAreMappedToPrincipalsByTheirNames) {
  StartTls(
      MutualSettings("principals:\n"
                     "  billing:\n    certificates: [spiffe://corp.example/billing]\n"
                     "  mail:\n    certificates: [\"spiffe://corp.example/mail/*\", CN=postman]\n"
                     "  web:\n    certificates: [web.corp.example]\n    models: [acme/other]\n")
  );
  EXPECT_EQ(Outcome(Connect(Shown("URI:spiffe://corp.example/billing"))), "OK");
  EXPECT_TRUE(daemon->WaitForLog("\"principal\":\"billing\""));
  EXPECT_EQ(Outcome(Connect(Shown("URI:spiffe://corp.example/mail/7"))), "OK");
  EXPECT_TRUE(daemon->WaitForLog("\"principal\":\"mail\""));
  EXPECT_EQ(Outcome(Connect(Shown("DNS:x", {.common_name = "postman"}))), "OK");
  EXPECT_EQ(Outcome(Connect(Shown("DNS:web.corp.example"))), "NOT_ALLOWED");
  EXPECT_EQ(Outcome(Connect(Shown("URI:spiffe://corp.example/billing2"))), "TOKEN_INVALID");
  EXPECT_EQ(Outcome(Connect(Shown("DNS:billing"))), "TOKEN_INVALID");
}

TEST_F(TlsTest, ForeignExpiredAndMissingCertificatesDoNotConnect) {
  StartTls(MutualSettings("principals:\n  billing:\n    certificates: [billing]\n"));
  EXPECT_EQ(Outcome(Connect(Shown("DNS:billing"))), "OK");
  const CertificateAuthority foreign;
  EXPECT_EQ(Outcome(Connect(foreign.Issue({.names = "DNS:billing"}))), "no connection");
  EXPECT_EQ(
      Outcome(Connect(CertificateAuthority::SelfSigned({.names = "DNS:billing"}))), "no connection"
  );
  EXPECT_EQ(Outcome(Connect(Shown("DNS:billing", {.valid_until = -hours(1)}))), "no connection");
  EXPECT_EQ(Outcome(Connect()), "no connection");
  EXPECT_EQ(Outcome(Connect(Shown("DNS:billing"))), "OK");
}

TEST_F(TlsTest, WhereCertificatesAreOptionalATokenServesInstead) {
  const CallerFiles::Token token = CallerFiles::NewToken("mail");
  StartTls(MutualSettings(fmt::format(
      "tls_client_certificates: optional\ntokens_file: {}\n"
      "principals:\n  mail:\n  billing:\n    certificates: [billing]\n",
      files_.Write("tokens", token.line)
  )));
  EXPECT_EQ(Outcome(Connect()), "TOKEN_INVALID");
  EXPECT_EQ(Outcome(Connect(Shown("DNS:billing"))), "OK");
  EXPECT_EQ(
      Outcome(Client(
          {.address = daemon->address(),
           .token = token.token,
           .tls = TlsOptions{.authorities = authority_.certificate()}}
      )),
      "OK"
  );
}

TEST_F(TlsTest, AWildcardAddressWithTlsAndCertificatesServes) {
  StartTls(MutualSettings(
      "listen: [\"0.0.0.0:0\"]\nprincipals:\n  billing:\n    certificates: [billing]\n"
  ));
  EXPECT_EQ(daemon->Log().find("insecure_listen"), std::string::npos);
}

TEST_F(TlsTest, Case37_CertificatesAreChangedUnderLoadWithoutALostCall) {
  StartTls(TlsSettings({.valid_until = hours(24)}));
  std::atomic<bool> stop = false;
  std::atomic<int> calls = 0;
  std::atomic<int> lost = 0;
  std::vector<std::thread> load;
  for (int i = 0; i < 4; ++i) {
    load.emplace_back([&, lasting = i % 2 == 0] {
      Client client = Connect();
      while (!stop) {
        if (!lasting) client = Connect();
        ++calls;
        if (!client.Extract(PersonRequest()).ok()) ++lost;
      }
    });
  }
  double expires = daemon->Metric("extractd_tls_certificate_not_after_seconds");
  for (int change = 1; change <= 3; ++change) {
    WriteCertificate(authority_.Issue({.valid_until = hours(24 + change)}));
    if (change % 2 == 0) daemon->Signal(SIGHUP);
    const double before = expires;
    for (int i = 0; i < 500 && expires == before; ++i) {
      std::this_thread::sleep_for(milliseconds(20));
      expires = daemon->Metric("extractd_tls_certificate_not_after_seconds");
    }
    EXPECT_NE(expires, before);
  }
  const int target = calls + 20;
  while (calls < target) std::this_thread::sleep_for(milliseconds(5));
  stop = true;
  for (std::thread& thread : load) thread.join();
  EXPECT_EQ(lost, 0) << "of " << calls;
}

TEST_F(TlsTest, Case37_FilesThatDoNotFitTogetherChangeNothing) {
  StartTls(TlsSettings({}));
  files_.Write("server.key", authority_.Issue({}).key);
  EXPECT_TRUE(daemon->WaitForLog("is not the key of tls_certificate"));
  EXPECT_EQ(Outcome(Connect()), "OK");
  WriteCertificate(authority_.Issue({.valid_until = -hours(1)}));
  EXPECT_TRUE(daemon->WaitForLog("has expired"));
  EXPECT_EQ(Outcome(Connect()), "OK");
  files_.Write("server.pem", "rubbish", 0644);
  EXPECT_TRUE(daemon->WaitForLog("holds no PEM certificate"));
  EXPECT_EQ(Outcome(Connect()), "OK");
  WriteCertificate(authority_.Issue({}));
  EXPECT_TRUE(daemon->WaitForLog("\"event\":\"credentials_reloaded\""));
  EXPECT_EQ(Outcome(Connect()), "OK");
}

TEST_F(TlsTest, AnAuthorityThatIsTakenAwayNoLongerConnects) {
  StartTls(MutualSettings("principals:\n  billing:\n    certificates: [billing]\n"));
  EXPECT_EQ(Outcome(Connect(Shown("DNS:billing"))), "OK");
  const CertificateAuthority next;
  files_.Write("clients.pem", next.certificate(), 0644);
  EXPECT_TRUE(daemon->WaitForLog("\"event\":\"credentials_reloaded\""));
  EXPECT_EQ(Outcome(Connect(Shown("DNS:billing"))), "no connection");
  EXPECT_EQ(Outcome(Connect(next.Issue({.names = "DNS:billing"}))), "OK");
}

TEST_F(TlsTest, TlsIsNotSwitchedOffWhileServing) {
  StartTls(TlsSettings({}));
  daemon->Rewrite(Yaml("", ""));
  daemon->Signal(SIGHUP);
  EXPECT_TRUE(daemon->WaitForLog("takes a restart"));
  EXPECT_EQ(Outcome(Connect()), "OK");
}

TEST_F(TlsTest, WrongCertificatesAreNamedAtStart) {
  const std::string folder = files_.directory().string();
  EXPECT_NE(
      StartProblems("tls_certificate: /x.pem\n").find("one needs the other"), std::string::npos
  );
  EXPECT_NE(
      StartProblems(TlsSettings({.valid_until = -hours(1)})).find("server.pem' has expired"),
      std::string::npos
  );
  EXPECT_NE(
      StartProblems(TlsSettings({.valid_from = hours(1)})).find("server.pem' is not valid yet"),
      std::string::npos
  );
  const std::string settings = TlsSettings({});
  files_.Write("server.key", authority_.Issue({}).key, 0644);
  EXPECT_NE(StartProblems(settings).find("server.key' can be read by others"), std::string::npos);
}

}  // namespace
}  // namespace extractd::integration
