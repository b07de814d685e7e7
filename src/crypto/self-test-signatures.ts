/**
 * What the self-test verifies, written by test/fixture/self-test-recipes.ts from its seed:
 * `npx vitest run test/unit/crypto-self-test -u` writes it anew. The first 12 are of the classes
 * of "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, 2020), in its order.
 */

export interface SelfTestSignature {
  readonly name: string;
  /** A, the message, R and S, in hex. */
  readonly key: string;
  readonly message: string;
  readonly r: string;
  readonly s: string;
  readonly isValid: boolean;
}

export const SELF_TEST_SIGNATURES: readonly SelfTestSignature[] = [
  {
    name: 'A and R of small order',
    key: '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    message: '8a1732fcd9fb2d5f90b244db8c5917562892f781afab0acfc77111b5729ef8cf',
    r: 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    s: '0000000000000000000000000000000000000000000000000000000000000000',
    isValid: false,
  },
  {
    name: 'A of small order',
    key: '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    message: '9c0d934f93097f9c4f4e507f97dd911a46ec5c570eacec42f4f1e8080629d369',
    r: '05c995a8ca97512ed2861cfb464ce226a86c84d1b87c21cf55bf0d9a15488b9a',
    s: '6fbc30fa3202724853273c82657381f03b355cc6912d8ade63eaacf2bd13ba04',
    isValid: false,
  },
  {
    name: 'R of small order',
    key: '682eb1755ed272756c572517efa14e0e02471e43ed3a1abfdfc868f1a7eefcf4',
    message: 'be70b28faca3b82fa7b766dbb200a21382b92c3f816ab7d29ed7a8a92093f24c',
    r: '0000000000000000000000000000000000000000000000000000000000000000',
    s: 'd2592903a74330a663d515095e63067cd96ee418d5ab61f567a4d27141160609',
    isValid: false,
  },
  {
    name: 'A and R of mixed order',
    key: 'ccf008e239db36473ed71eadb332bc0a9b625df0b35d6b76a5b003a0e1d447c2',
    message: '6072fbb6f1e80b7ebb41b47426f9d7bf1495cf4cc02f1f425cc423de9c25713a',
    r: '41f8c6e77df2a973d7119ae90194a638306496346cd5a259583ebcac2b151cb7',
    s: '1a6faa5bfa9ed1c75dcfafeabd868c03ee5a781aee01aeb935be6273d522fa0c',
    isValid: true,
  },
  {
    name: 'A and R of mixed order, equal only with cofactor',
    key: '897d52c3cb935dcca071ec79bfe85f696300074a2143bdaaffaf85d71e1e7596',
    message: '72b3772c02e39c1db7797d825eaba8de933f4ea8863d26c1f3d63959c6fd64fa',
    r: '3c7f5169eedb7bfa5832e28a71c9fdd402af934f29e553ed015342efaf6ff431',
    s: 'd7ceafff4a01b53afe8545754db4acb3c776ecd02f6bbd5ad904e157af73f508',
    isValid: false,
  },
  {
    name: 'A of mixed order, equal only with cofactor',
    key: '25a9f0955351bd0939d84dbea3a4970225076ca92d5db2432c9147f54afc9a6b',
    message: '725ff2a200fc152ccc07f31d4e00d238c2d3ec1e040522fa6444eea6269e8d2d',
    r: 'a52b47734b0d5680f844f302d5840493759fcaacd7fd2de120edc2ca3ee9f9ba',
    s: '644c8a7694e6f60f97900721bc7ca76804077d2e9738ee97a9e59a0be2830700',
    isValid: false,
  },
  {
    name: 'S + L, below 2^253',
    key: 'e8366a573568aed12d79e304b9b31dd957937b2e4783de30aa40f265eab77465',
    message: '9090e139b290179e94e23f62935828911cc90022bce60aa34a4f857eb2588c08',
    r: 'a9da30d23392af3cdf9611c9d8537b916d7aaf44b7c89d8862eff1ad9b0efbf6',
    s: 'd974dcce4254ced40421cb19bcd62f9626443e5f153565346eafd8f730552210',
    isValid: false,
  },
  {
    name: 'S + 2 L, above 2^253',
    key: '977102b1416d1290ddb1c82e035baadec82cce2500885eebef4b4d8f9326b8f3',
    message: 'f94e47472bd7aa330163f1956d799ece83c56d30477fa699402ecb2df7a7a7b1',
    r: '98381e9240408183219290569a26ad6dacff3f3c34288e159370a1ef89cfac96',
    s: '977883f2b1352de6ebd60925e507f75e6f164dda9dec6f591fc3aa54240bd02d',
    isValid: false,
  },
  {
    name: 'R not canonical, hashed as canonical',
    key: 'c701df8a97e50591b8d68c39b295992317328ca431d1afd2ce90e33650fd9f42',
    message: 'f01d77db6f262367695e145020ee602123c7ff1160436f333a5c1b220c2ef648',
    r: 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    s: 'b4363745b080ff41584d074609784197e9308c7b36bb12ec7284a8a237e11a05',
    isValid: false,
  },
  {
    name: 'R not canonical',
    key: '7a3d27ae36e88ca9d9dff1f836de77818a13b679d33c5f9d6feb803cb05730d7',
    message: '8bef7936c0832ea64e7fc09dc9c6440163094ff7bbe71d530799d38e6c38df90',
    r: 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    s: '95d5548ac03884b99139114c502b6c61893e20261fa33e9435ef3b99e7adeb0f',
    isValid: false,
  },
  {
    name: 'A not canonical, hashed as canonical',
    key: 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    message: '8725a430f33ee79d2c26ae733a4b73e80b1f991287b779548437bfa95d99dba7',
    r: '6b90908c9b5d3f26771d83e1582f5fcfae8cc17d35195a26a4c28a425fb31736',
    s: '14853e7e4d2d2ad67ebf75d33e14585c564e5fd99696766465bd5b939403b102',
    isValid: false,
  },
  {
    name: 'A not canonical',
    key: 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    message: '25fab81aabffc62a645f7c936f70b52f412787fa39b587febc7720215c4d913a',
    r: '4425cf2dcc6d50c32069ee3627ac846e928550bb483762779d100e5264f10409',
    s: '10f2fbd3bba10c7e595b08576d8423bb45d79e51c4b9557525298cbc62f6e80c',
    isValid: false,
  },
  {
    name: 'A and R of prime order',
    key: '826f6f7364a2c0d988e27c1ea7d0a03051733e82cae6a5d95b3d75bda04ce8c9',
    message: '145b93ebaa96b61c69b65bef15412a739fa25c57c1f302fb552ecef424b06cee',
    r: '685646faea7596941c62f5445d8592325fd36ecd6793af686af31f43be2db0f7',
    s: '411f998239f22a35734de105de2c4363cf7e8f3675a6e0c6dfe7405f78c35a0f',
    isValid: true,
  },
  {
    name: 'A that is no point',
    key: 'c0203f72d20e68c1205f9a0eaaa91ac9f7fd96f9756bc00d11bfd0577db5df80',
    message: '145b93ebaa96b61c69b65bef15412a739fa25c57c1f302fb552ecef424b06cee',
    r: '685646faea7596941c62f5445d8592325fd36ecd6793af686af31f43be2db0f7',
    s: '411f998239f22a35734de105de2c4363cf7e8f3675a6e0c6dfe7405f78c35a0f',
    isValid: false,
  },
];
