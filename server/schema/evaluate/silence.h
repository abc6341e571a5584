// Silence: while it lives, an evaluation reports nothing, so that it stops early.
#ifndef EXTRACTD_SERVER_SCHEMA_EVALUATE_SILENCE_H_
#define EXTRACTD_SERVER_SCHEMA_EVALUATE_SILENCE_H_

#include "server/schema/explain/report.h"

namespace extractd::schema {

// Replaces a report by another, or by none, and puts it back.
class Silence {
 public:
  explicit Silence(Report*& report, Report* meanwhile = nullptr)
      : report_(report), before_(report) {
    report = meanwhile;
  }
  ~Silence() { report_ = before_; }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  Report*& report_;
  Report* before_;
};

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_EVALUATE_SILENCE_H_
