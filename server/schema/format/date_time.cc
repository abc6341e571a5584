#include <array>
#include <cstdint>

#include "server/schema/format/rules.h"
#include "server/schema/format/scan.h"

namespace extractd::schema {
namespace {

int DaysOf(int year, int month) {
  constexpr std::array kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<size_t>(month - 1)];
}

bool TakeDate(Scan& scan) {
  const int year = scan.TakeNumber(4);
  if (year < 0 || !scan.Take('-')) return false;
  const int month = scan.TakeNumber(2);
  if (month < 1 || month > 12 || !scan.Take('-')) return false;
  const int day = scan.TakeNumber(2);
  return day >= 1 && day <= DaysOf(year, month);
}

// Minutes east of Greenwich; false: there is no offset.
bool TakeOffset(Scan& scan, int& minutes) {
  if (scan.TakeOneOf("zZ")) return true;
  const int sign = scan.Peek() == '-' ? -1 : 1;
  if (!scan.TakeOneOf("+-")) return false;
  const int hour = scan.TakeNumber(2);
  if (hour < 0 || hour > 23 || !scan.Take(':')) return false;
  const int minute = scan.TakeNumber(2);
  minutes = sign * (hour * 60 + minute);
  return minute >= 0 && minute <= 59;
}

// A number of two digits up to `max`; -1: none.
int TakePart(Scan& scan, int max) {
  const int value = scan.TakeNumber(2);
  return value <= max ? value : -1;
}

bool TakeTime(Scan& scan) {
  constexpr int kMinutesPerDay = 24 * 60;
  const int hour = TakePart(scan, 23);
  if (hour < 0 || !scan.Take(':')) return false;
  const int minute = TakePart(scan, 59);
  if (minute < 0 || !scan.Take(':')) return false;
  const int second = TakePart(scan, 60);
  if (second < 0) return false;
  if (scan.Take('.') && scan.TakeWhile(json::IsDigit).empty()) return false;
  int offset = 0;
  if (!TakeOffset(scan, offset)) return false;
  // Leap seconds come at midnight UTC.
  const int utc = (hour * 60 + minute - offset + 2 * kMinutesPerDay) % kMinutesPerDay;
  return second < 60 || utc == kMinutesPerDay - 1;
}

// Numbers with the units of `units`, in their order and without a gap.
bool TakeUnits(Scan& scan, std::string_view units) {
  size_t next = std::string_view::npos;
  bool any = false;
  while (json::IsDigit(scan.Peek())) {
    scan.TakeWhile(json::IsDigit);
    const size_t unit = units.find(scan.Peek());
    if (scan.done() || unit == std::string_view::npos) return false;
    if (any && unit != next) return false;
    scan.Take(units[unit]);
    next = unit + 1;
    any = true;
  }
  return any;
}

}  // namespace

bool IsDate(std::string_view text) {
  Scan scan(text);
  return TakeDate(scan) && scan.done();
}

bool IsTime(std::string_view text) {
  Scan scan(text);
  return TakeTime(scan) && scan.done();
}

bool IsDateTime(std::string_view text) {
  Scan scan(text);
  return TakeDate(scan) && scan.TakeOneOf("tT") && TakeTime(scan) && scan.done();
}

bool IsDuration(std::string_view text) {
  Scan scan(text);
  if (!scan.Take('P')) return false;
  if (scan.Peek() != 'T') {
    Scan weeks = scan;
    if (!weeks.TakeWhile(json::IsDigit).empty() && weeks.Take('W')) return weeks.done();
    if (!TakeUnits(scan, "YMD")) return false;
  }
  if (scan.Take('T') && !TakeUnits(scan, "HMS")) return false;
  return scan.done();
}

}  // namespace extractd::schema
