/** Names in many character sets, and what becomes of each: the table that judges are held to. */

/** A name, and the bytes it has in one character set. */
export interface NamedFile {
  readonly name: string;
  /** The identifier in ISO 9660, level 3, with its version; one character for each byte. */
  readonly identifier: string;
  /** In Joliet, where it is another one. */
  readonly joliet?: string;
}

/** The files of one image. */
export interface NamedSet {
  /** As iconv-lite knows it, and as the C library's iconv does. */
  readonly charset: string;
  readonly iconv: string;
  readonly files: readonly NamedFile[];
}

/** Names by character set. The bytes were taken from the tables of the sets, and are no program's output. */
export const namedSets: readonly NamedSet[] = [
  {
    charset: "shift_jis",
    iconv: "CP932",
    files: [
      { name: "plain.txt", identifier: "PLAIN.TXT;1" },
      // The second byte of "ソ", "表", "能" is that of a backslash.
      { name: "ソフト表示.txt", identifier: "\x83\x5c\x83\x74\x83\x67\x95\x5c\x8e\xa6.TXT;1" },
      { name: "ソ", identifier: "\x83\x5c.;1" },
      { name: "能.ソ", identifier: "\x94\x5c.\x83\x5c;1" },
      // "ァ" is 83 40h, "ミ" 83 7Eh: the first and the last byte below 80h; "ん" 82 F1h.
      { name: "ァミん.dat", identifier: "\x83\x40\x83\x7e\x82\xf1.DAT;1" },
      // "ム" is 83 80h. A small letter as second byte, "ヂ" 83 61h, is none.
      { name: "ヂム.dat", identifier: "\x83\x61\x83\x80.DAT;1" },
      // Half as wide: one byte each, of which none is a letter with a capital.
      { name: "ｶﾅ.txt", identifier: "\xb6\xc5.TXT;1" },
      // Letters of two bytes have no capitals.
      { name: "ａｂ.txt", identifier: "\x82\x81\x82\x82.TXT;1" },
      // 36 bytes: cut to 27 and 3 at the border of a character, so to 26.
      {
        name: "一二三四五六七八九十一二三四五六.text",
        identifier:
          "\x88\xea\x93\xf1\x8e\x4f\x8e\x6c\x8c\xdc\x98\x5a\x8e\xb5\x94\xaa\x8b\xe3\x8f\x5c\x88\xea\x93\xf1\x8e\x4f.TEX;1",
      },
    ],
  },
  {
    charset: "cp437",
    iconv: "CP437",
    files: [
      { name: "plain.txt", identifier: "PLAIN.TXT;1" },
      // DOS has capitals for some of them: "ä" 84h, "Ä" 8Eh; "é" 82h, "É" 90h. It has none for "ß" E1h and "á" A0h.
      { name: "äé.txt", identifier: "\x8e\x90.TXT;1" },
      { name: "Ö", identifier: "\x99.;1" },
      { name: "ßá.dat", identifier: "\xe1\xa0.DAT;1" },
      { name: "░▒▓.ans", identifier: "\xb0\xb1\xb2.ANS;1" },
    ],
  },
  {
    charset: "iso-8859-1",
    iconv: "ISO-8859-1",
    files: [
      { name: "plain.txt", identifier: "PLAIN.TXT;1" },
      { name: "Ärger.txt", identifier: "\xc4RGER.TXT;1" },
      // The set has no capital of "ÿ".
      { name: "ÿø.dat", identifier: "\xff\xd8.DAT;1" },
      { name: "½ £.x", identifier: "\xbd_\xa3.X;1" },
    ],
  },
  {
    charset: "koi8-r",
    iconv: "KOI8-R",
    files: [
      { name: "plain.txt", identifier: "PLAIN.TXT;1" },
      // Capitals lie above small letters there: "п" D0h, "П" F0h.
      { name: "привет.txt", identifier: "\xf0\xf2\xe9\xf7\xe5\xf4.TXT;1" },
      { name: "Ёж", identifier: "\xb3\xf6.;1" },
    ],
  },
  {
    charset: "euc-jp",
    iconv: "EUC-JP",
    files: [
      { name: "日本語.txt", identifier: "\xc6\xfc\xcb\xdc\xb8\xec.TXT;1" },
      { name: "ｶﾅ.txt", identifier: "\x8e\xb6\x8e\xc5.TXT;1" },
    ],
  },
  {
    charset: "gbk",
    iconv: "GBK",
    // The second byte of "俓" is a backslash, that of "乗" a small letter.
    files: [
      { name: "中文.txt", identifier: "\xd6\xd0\xce\xc4.TXT;1" },
      { name: "俓乗.dat", identifier: "\x82\x5c\x81\x5c.DAT;1" },
    ],
  },
  {
    charset: "big5",
    iconv: "BIG5",
    // "功" is A5 5Ch.
    files: [{ name: "成功.txt", identifier: "\xa6\xa8\xa5\x5c.TXT;1" }],
  },
  {
    charset: "utf-8",
    iconv: "UTF-8",
    files: [
      { name: "é.txt", identifier: "\xc3\xa9.TXT;1" },
      { name: "e\u0301.txt", identifier: "E\xcc\x81.TXT;1" },
      { name: "日本.txt", identifier: "\xe6\x97\xa5\xe6\x9c\xac.TXT;1" },
      { name: "🎉.txt", identifier: "\xf0\x9f\x8e\x89.TXT;1" },
      // 48 bytes: cut to 27 at the border of a character, and 3.
      { name: `${"漢".repeat(16)}.txt`, identifier: `${"\xe6\xbc\xa2".repeat(9)}.TXT;1` },
    ],
  },
];
