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
      "dependencies": ["<!(node -p \"require('node-addon-api').targets\"):node_addon_api"],
      "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_DISABLE_DEPRECATED", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"],
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
