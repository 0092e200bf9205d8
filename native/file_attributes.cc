#include "file_attributes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "background_work.h"
#include "values.h"

namespace discsmith {

namespace {

// A value of a system call that first tells how long its answer is. The answer may grow in between.
template <typename Call>
int ReadWhole(Call call, std::string* value) {
  for (;;) {
    const ssize_t needed = call(nullptr, 0);
    if (needed < 0) return errno;
    value->resize(static_cast<std::size_t>(needed));
    if (needed == 0) return 0;
    const ssize_t got = call(value->data(), value->size());
    if (got >= 0) {
      value->resize(static_cast<std::size_t>(got));
      return 0;
    }
    if (errno != ERANGE) return errno;
  }
}

struct File {
  std::string path;
  // Whether a symbolic link's target is meant, and not the link.
  bool follow = false;

  int List(std::string* names) const {
    return ReadWhole(
        [this](char* into, std::size_t bytes) {
          return follow ? listxattr(path.c_str(), into, bytes) : llistxattr(path.c_str(), into, bytes);
        },
        names);
  }
  int Get(const char* name, std::string* value) const {
    return ReadWhole(
        [this, name](char* into, std::size_t bytes) {
          return follow ? getxattr(path.c_str(), name, into, bytes) : lgetxattr(path.c_str(), name, into, bytes);
        },
        value);
  }
  int Set(const std::string& name, const std::string& value) const {
    if (HasNul(path) || HasNul(name)) return EINVAL;
    const auto set = follow ? setxattr : lsetxattr;
    return set(path.c_str(), name.c_str(), value.data(), value.size(), 0) == 0 ? 0 : errno;
  }
  int Remove(const std::string& name) const {
    if (HasNul(path) || HasNul(name)) return EINVAL;
    const auto remove = follow ? removexattr : lremovexattr;
    return remove(path.c_str(), name.c_str()) == 0 ? 0 : errno;
  }
};

struct ChangeReply {
  int error = 0;
};

struct AttributesReply {
  int error = 0;
  std::vector<std::pair<std::string, std::string>> attributes;
};

AttributesReply ReadAttributes(const File& file) {
  AttributesReply reply;
  std::string names;
  reply.error = HasNul(file.path) ? EINVAL : file.List(&names);
  if (reply.error != 0) return reply;
  // Names end with a NUL each.
  for (std::size_t at = 0; at < names.size();) {
    const std::string name(names.c_str() + at);
    at += name.size() + 1;
    std::string value;
    const int error = file.Get(name.c_str(), &value);
    // It was removed meanwhile.
    if (error == ENODATA) continue;
    if (error != 0) {
      reply.error = error;
      return reply;
    }
    reply.attributes.emplace_back(name, std::move(value));
  }
  return reply;
}

struct BirthReply {
  int error = 0;
  bool known = false;
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
};

BirthReply BirthTime(const File& file) {
  BirthReply reply;
  struct statx facts;
  const int flags = AT_STATX_SYNC_AS_STAT | (file.follow ? 0 : AT_SYMLINK_NOFOLLOW);
  if (HasNul(file.path)) {
    reply.error = EINVAL;
  } else if (statx(AT_FDCWD, file.path.c_str(), flags, STATX_BTIME, &facts) != 0) {
    reply.error = errno;
  } else if ((facts.stx_mask & STATX_BTIME) != 0) {
    reply.known = true;
    reply.seconds = facts.stx_btime.tv_sec;
    reply.nanoseconds = facts.stx_btime.tv_nsec;
  }
  return reply;
}

Napi::Value ToValue(Napi::Env env, const ChangeReply& reply) {
  return Napi::Number::New(env, reply.error);
}

Napi::Value ToValue(Napi::Env env, const AttributesReply& reply) {
  auto names = Napi::Array::New(env, reply.attributes.size());
  auto values = Napi::Array::New(env, reply.attributes.size());
  for (std::uint32_t index = 0; index < reply.attributes.size(); index++) {
    const auto& [name, value] = reply.attributes[index];
    names.Set(index, BytesTo(env, name.data(), name.size()));
    values.Set(index, BytesTo(env, value.data(), value.size()));
  }
  auto result = Napi::Object::New(env);
  result.Set("error", reply.error);
  result.Set("names", names);
  result.Set("values", values);
  return result;
}

Napi::Value ToValue(Napi::Env env, const BirthReply& reply) {
  auto result = Napi::Object::New(env);
  result.Set("error", reply.error);
  result.Set("known", reply.known);
  result.Set("seconds", static_cast<double>(reply.seconds));
  result.Set("nanoseconds", static_cast<double>(reply.nanoseconds));
  return result;
}

// Whether the words are a file, so many names or values, and a callback.
bool AreRight(const Napi::CallbackInfo& info, std::size_t names) {
  bool are_right = IsBytes(info[0]) && info[1].IsBoolean() && info[2 + names].IsFunction();
  for (std::size_t index = 2; index < 2 + names; index++) are_right = are_right && IsBytes(info[index]);
  return are_right;
}

File FileOf(const Napi::CallbackInfo& info) {
  return {NameOf(info[0]), info[1].As<Napi::Boolean>().Value()};
}

Napi::Value ReadAttributesOf(const Napi::CallbackInfo& info) {
  if (!AreRight(info, 0)) return Misused(info.Env(), "readAttributes takes a path as bytes, a boolean and a callback");
  return BeginWork(info[2], [file = FileOf(info)] { return ReadAttributes(file); });
}

Napi::Value SetAttributeOf(const Napi::CallbackInfo& info) {
  if (!AreRight(info, 2)) {
    return Misused(info.Env(), "setAttribute takes a path, a boolean, a name, a value and a callback");
  }
  return BeginWork(info[4], [file = FileOf(info), name = NameOf(info[2]), value = NameOf(info[3])] {
    return ChangeReply{file.Set(name, value)};
  });
}

Napi::Value RemoveAttributeOf(const Napi::CallbackInfo& info) {
  if (!AreRight(info, 1)) {
    return Misused(info.Env(), "removeAttribute takes a path, a boolean, a name and a callback");
  }
  return BeginWork(info[3], [file = FileOf(info), name = NameOf(info[2])] { return ChangeReply{file.Remove(name)}; });
}

Napi::Value BirthTimeOf(const Napi::CallbackInfo& info) {
  if (!AreRight(info, 0)) return Misused(info.Env(), "birthTime takes a path as bytes, a boolean and a callback");
  return BeginWork(info[2], [file = FileOf(info)] { return BirthTime(file); });
}

}  // namespace

void DefineFileAttributes(Napi::Env env, Napi::Object exports) {
  exports.Set("readAttributes", Napi::Function::New<ReadAttributesOf>(env, "readAttributes"));
  exports.Set("setAttribute", Napi::Function::New<SetAttributeOf>(env, "setAttribute"));
  exports.Set("removeAttribute", Napi::Function::New<RemoveAttributeOf>(env, "removeAttribute"));
  exports.Set("birthTime", Napi::Function::New<BirthTimeOf>(env, "birthTime"));
}

}  // namespace discsmith
