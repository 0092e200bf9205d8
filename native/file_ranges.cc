#include "file_ranges.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <vector>

#include "background_work.h"
#include "values.h"

namespace discsmith {

namespace {

struct CopyReply {
  int error = 0;
  std::int64_t bytes = 0;
};

struct CopyRequest {
  int source;
  std::int64_t source_offset;
  int target;
  std::int64_t target_offset;
  std::int64_t bytes;
};

// One call of the kernel, which may copy less than it was asked for.
CopyReply CopyRange(const CopyRequest& request) {
  CopyReply reply;
  off_t from = request.source_offset;
  off_t to = request.target_offset;
  const ssize_t copied =
      copy_file_range(request.source, &from, request.target, &to, static_cast<std::size_t>(request.bytes), 0);
  if (copied < 0) {
    reply.error = errno;
  } else {
    reply.bytes = copied;
  }
  return reply;
}

struct RangesReply {
  int error = 0;
  // Start and end of each range, in turn.
  std::vector<double> borders;
};

RangesReply DataRanges(const std::string& path) {
  RangesReply reply;
  if (HasNul(path)) {
    reply.error = EINVAL;
    return reply;
  }
  // Opened anew: seeking moves the position of whoever else has the file. Not waiting for the writer of a pipe.
  const int descriptor = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) {
    reply.error = errno;
    return reply;
  }
  off_t start = 0;
  off_t end = 0;
  while ((start = lseek(descriptor, end, SEEK_DATA)) >= 0 && (end = lseek(descriptor, start, SEEK_HOLE)) >= 0) {
    reply.borders.push_back(static_cast<double>(start));
    reply.borders.push_back(static_cast<double>(end));
  }
  // Behind the last data there is no such offset.
  if (errno != ENXIO) reply.error = errno;
  close(descriptor);
  return reply;
}

Napi::Value ToValue(Napi::Env env, const CopyReply& reply) {
  auto value = Napi::Object::New(env);
  value.Set("error", reply.error);
  value.Set("bytes", static_cast<double>(reply.bytes));
  return value;
}

Napi::Value ToValue(Napi::Env env, const RangesReply& reply) {
  auto value = Napi::Object::New(env);
  value.Set("error", reply.error);
  value.Set("borders", ArrayTo<Napi::Float64Array>(env, reply.borders.data(), reply.borders.size()));
  return value;
}

Napi::Value CopyFileRange(const Napi::CallbackInfo& info) {
  bool is_right = info[5].IsFunction();
  for (std::size_t index = 0; index < 5; index++) is_right = is_right && info[index].IsNumber();
  if (!is_right) return Misused(info.Env(), "copyFileRange takes five numbers and a callback");
  const auto number = [&info](std::size_t index) { return info[index].As<Napi::Number>().Int64Value(); };
  const CopyRequest request = {static_cast<int>(number(0)), number(1), static_cast<int>(number(2)), number(3),
                               number(4)};
  return BeginWork(info[5], [request] { return CopyRange(request); });
}

Napi::Value DataRangesOf(const Napi::CallbackInfo& info) {
  if (!IsBytes(info[0]) || !info[1].IsFunction()) {
    return Misused(info.Env(), "dataRanges takes a path as bytes and a callback");
  }
  return BeginWork(info[1], [path = NameOf(info[0])] { return DataRanges(path); });
}

}  // namespace

void DefineFileRanges(Napi::Env env, Napi::Object exports) {
  exports.Set("copyFileRange", Napi::Function::New<CopyFileRange>(env, "copyFileRange"));
  exports.Set("dataRanges", Napi::Function::New<DataRangesOf>(env, "dataRanges"));
}

}  // namespace discsmith
