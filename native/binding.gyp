{
  "targets": [
    {
      "target_name": "discsmith",
      "sources": [
        "addon.cc",
        "device_thread.cc",
        "file_attributes.cc",
        "file_ranges.cc",
        "sg_device.cc",
        "sg_file.cc"
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": [
        "NAPI_VERSION=8",
        "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS",
        "NODE_ADDON_API_DISABLE_DEPRECATED",
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"
      ],
      "cflags_cc": [
        "-std=c++17",
        "-fno-exceptions",
        "-fvisibility=hidden",
        "-fvisibility-inlines-hidden",
        "-Wall",
        "-Wextra",
        "-Werror"
      ],
      "cflags_cc!": ["-Wno-unused-parameter", "-std=gnu++17"],
      "cflags!": ["-Wno-unused-parameter"],
      "ldflags": ["-Wl,-z,nodelete", "-Wl,--version-script=<(module_root_dir)/exports.map"]
    }
  ]
}
