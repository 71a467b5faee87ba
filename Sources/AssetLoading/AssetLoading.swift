// AssetLoading
